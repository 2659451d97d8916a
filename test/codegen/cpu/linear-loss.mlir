// Linear map, loss and both gradients in one kernel: phases that take turns for chunks of tokens. A row that fails is named as by
// its own kernel; inputs may be slices; targets that are no class do not reach memory.
// RUN: dsa-opt %s --dsa-graph-pipeline --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s
// RUN: dsa-run %s --entry=sliced --target=cpu --against=reference
// RUN: dsa-run %s --entry=sliced --every-form
// RUN: not dsa-run %s --entry=no_class --target=cpu 2>&1 | FileCheck %s --check-prefix=CLASS
// RUN: not dsa-run %s --entry=nan --target=cpu 2>&1 | FileCheck %s --check-prefix=NAN
// CLASS: linear_cross_entropy_0, row 2: expected an index in range, got one outside
// NAN: linear_cross_entropy_0, row 1: expected finite numbers, got NaN or infinity

// 600 tokens are two chunks of 304; the tokens are packed and the mean is taken once.
// CHECK: module @linear_cross_entropy_0_cpu
// CHECK: func.func @linear_cross_entropy_0_phase0{{.*}} attributes {dsa.grid = 19 : i64}
// CHECK: func.func @linear_cross_entropy_0_phase1{{.*}} attributes {dsa.grid = 3 : i64, dsa.rounds = 2 : i64}
// CHECK: func.func @linear_cross_entropy_0_phase2{{.*}} attributes {dsa.grid = 19 : i64, dsa.rounds = 2 : i64}
// CHECK: func.func @linear_cross_entropy_0_phase3{{.*}} attributes {dsa.grid = 5 : i64, dsa.rounds = 2 : i64}
// CHECK: func.func @linear_cross_entropy_0_phase4{{.*}} attributes {dsa.grid = 1 : i64}
// CHECK-NOT: @linear_cross_entropy_0_phase5
func.func @sliced(%h: tensor<2x301x20xf32>, %w: tensor<300x16xf32>, %t: tensor<2x300xi32> {dsa.range = array<i64: 0, 300>}) -> (tensor<f32>, tensor<2x300x16xf32>, tensor<300x16xf32>) {
  %one = arith.constant dense<1.0> : tensor<f32>
  %x = tensor.extract_slice %h[0, 1, 4] [2, 300, 16] [1, 1, 1] : tensor<2x301x20xf32> to tensor<2x300x16xf32>
  %y = dsa.linear %x, %w : (tensor<2x300x16xf32>, tensor<300x16xf32>) -> tensor<2x300x300xf32>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x300x300xf32>, tensor<2x300xi32>) -> (tensor<f32>, tensor<2x300xf32>, tensor<2x300xf32>)
  %dy = dsa.cross_entropy_grad %one, %y, %t, %lse : (tensor<f32>, tensor<2x300x300xf32>, tensor<2x300xi32>, tensor<2x300xf32>) -> tensor<2x300x300xf32>
  %dx = dsa.linear_grad_input %dy, %w : (tensor<2x300x300xf32>, tensor<300x16xf32>) -> tensor<2x300x16xf32>
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<2x300x300xf32>, tensor<2x300x16xf32>) -> tensor<300x16xf32>
  return %loss, %dx, %dw : tensor<f32>, tensor<2x300x16xf32>, tensor<300x16xf32>
}

func.func private @no_class(%x: tensor<3x4xf32>, %w: tensor<5x4xf32>) -> (tensor<f32>, tensor<5x4xf32>) {
  %one = arith.constant dense<1.0> : tensor<f32>
  %t = arith.constant dense<[0, 4, -1]> : tensor<3xi32>
  %y = dsa.linear %x, %w : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<3x5xf32>, tensor<3xi32>) -> (tensor<f32>, tensor<3xf32>, tensor<3xf32>)
  %dy = dsa.cross_entropy_grad %one, %y, %t, %lse : (tensor<f32>, tensor<3x5xf32>, tensor<3xi32>, tensor<3xf32>) -> tensor<3x5xf32>
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<3x5xf32>, tensor<3x4xf32>) -> tensor<5x4xf32>
  return %loss, %dw : tensor<f32>, tensor<5x4xf32>
}

// The logit that is NaN is no target.
func.func private @nan() -> tensor<f32> {
  %x = arith.constant dense<[[1.0], [0x7FC00003]]> : tensor<2x1xf32>
  %w = arith.constant dense<[[0.0], [1.0], [2.0]]> : tensor<3x1xf32>
  %t = arith.constant dense<[0, 2]> : tensor<2xi32>
  %y = dsa.linear %x, %w : (tensor<2x1xf32>, tensor<3x1xf32>) -> tensor<2x3xf32>
  %loss, %each, %lse = dsa.cross_entropy %y, %t : (tensor<2x3xf32>, tensor<2xi32>) -> (tensor<f32>, tensor<2xf32>, tensor<2xf32>)
  return %loss : tensor<f32>
}
