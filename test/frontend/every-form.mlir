// Each op is judged on its own operands, and the fused form has the bits of the unfused one: of forward functions and of steps.
// RUN: dsa-run %s --every-form --threads=2 | FileCheck %s
// CHECK: @chain: ok in every form
func.func @chain(%x: tensor<5x7xf32>, %w: tensor<9x7xf32>, %r: tensor<5x9xf32>) -> tensor<5x9xf32> {
  %h = dsa.linear %x, %w : (tensor<5x7xf32>, tensor<9x7xf32>) -> tensor<5x9xf32>
  %a = dsa.silu %h : (tensor<5x9xf32>) -> tensor<5x9xf32>
  %y = dsa.add %a, %r : (tensor<5x9xf32>, tensor<5x9xf32>) -> tensor<5x9xf32>
  return %y : tensor<5x9xf32>
}

// CHECK: @step: ok in every form
// CHECK: @step_apply: ok in every form
func.func @step(%x: tensor<5x7xf32>, %w: tensor<9x7xf32> {dsa.role = "parameter", dsa.name = "w"}, %t: tensor<5xi32>,
                %step: tensor<i64> {dsa.role = "step", dsa.name = "step"},
                %rate: tensor<f32> {dsa.role = "learning_rate", dsa.name = "rate"})
    -> (tensor<f32> {dsa.minimize = 1.0 : f64}) attributes {dsa.train = {optimizer = "adam", clip = 0.5 : f64, accumulate = 2 : i64}} {
  %h = dsa.linear %x, %w : (tensor<5x7xf32>, tensor<9x7xf32>) -> tensor<5x9xf32>
  %loss, %each, %lse = dsa.cross_entropy %h, %t : (tensor<5x9xf32>, tensor<5xi32>) -> (tensor<f32>, tensor<5xf32>, tensor<5xf32>)
  return %loss : tensor<f32>
}
