// The whole graph half: an annotated forward function becomes planned launches that update parameters in place.
// RUN: dsa-opt %s --dsa-graph-pipeline | FileCheck %s

// CHECK-DAG: dsa.kernel @linear_cross_entropy_0
// CHECK-DAG: dsa.kernel @clip_by_global_norm_0
// CHECK-DAG: dsa.kernel @adam_step_0
// CHECK-LABEL: func.func @step
// CHECK-SAME: dsa.arena_bytes
// CHECK-NOT: dsa.linear
// CHECK: dsa.launch @clip_by_global_norm_0
// CHECK: dsa.launch @adam_step_0
// CHECK-SAME: offsets = array<i64: -2, -3, -4>
func.func @step(%x: tensor<4x8xf32> {dsa.role = "input"}, %targets: tensor<4xi32> {dsa.role = "input"},
    %w: tensor<16x8xf32> {dsa.role = "parameter", dsa.name = "w"}, %step: tensor<i64> {dsa.role = "step"},
    %rate: tensor<f32> {dsa.role = "learning_rate"})
    -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64})
    attributes {dsa.train = {optimizer = "adam", clip = 1.0 : f64}} {
  %y = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %loss, %each, %lse = dsa.cross_entropy %y, %targets
      : (tensor<4x16xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}
