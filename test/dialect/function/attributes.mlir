// A training step with all attributes of arguments and results survives a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @step
// CHECK-SAME: dsa.group = "all", dsa.name = "w", dsa.role = "parameter"
// CHECK-SAME: dsa.role = "learning_rate"
// CHECK-SAME: -> (tensor<f32> {dsa.group = "all", dsa.minimize = 1.000000e+00 : f64, dsa.name = "loss"},
// CHECK-SAME: tensor<4xf32> {dsa.name = "w", dsa.updates = 0 : i64})
// CHECK-SAME: attributes {dsa.train = {optimizer = "adam"}}
func.func @step(%w: tensor<4xf32> {dsa.group = "all", dsa.name = "w", dsa.role = "parameter"},
                %seed: tensor<i64> {dsa.name = "seed", dsa.role = "seed"},
                %step: tensor<i64> {dsa.name = "step", dsa.role = "step"},
                %rate: tensor<f32> {dsa.name = "learning_rate", dsa.role = "learning_rate"},
                %x: tensor<4xi32> {dsa.name = "x", dsa.role = "input"})
    -> (tensor<f32> {dsa.group = "all", dsa.minimize = 1.0, dsa.name = "loss"}, tensor<4xf32> {dsa.name = "w", dsa.updates = 0 : i64})
    attributes {dsa.train = {optimizer = "adam"}} {
  return %rate, %w : tensor<f32>, tensor<4xf32>
}
