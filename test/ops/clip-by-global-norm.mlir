// One norm over all tensors; gradients below it keep their length; NaN and infinity are errors that name the first row.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: not dsa-run %s --entry=nan --target=reference 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not dsa-run %s --entry=nan --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU
// NAN: dsa.clip_by_global_norm: expected finite numbers in row 1 of operand 2, got nan
// CPU: clip_by_global_norm_0, operand 2, row 1: expected finite numbers, got NaN or infinity
// CHECK: @above
// CHECK: factor f32[] = 0.2
// CHECK: norm f32[] = 5
func.func @above() -> (tensor<f32> {dsa.name = "factor"}, tensor<f32> {dsa.name = "norm"}) {
  %a = arith.constant dense<[3.0, 0.0]> : tensor<2xf32>
  %b = arith.constant dense<-4.0> : tensor<1x1xf32>
  %factor, %norm = dsa.clip_by_global_norm %a, %b {max_norm = 1.0 : f64} : (tensor<2xf32>, tensor<1x1xf32>) -> (tensor<f32>, tensor<f32>)
  return %factor, %norm : tensor<f32>, tensor<f32>
}

// CHECK: @below
// CHECK: factor f32[] = 1
// CHECK: norm f32[] = 5
func.func @below() -> (tensor<f32> {dsa.name = "factor"}, tensor<f32> {dsa.name = "norm"}) {
  %a = arith.constant dense<[3.0, -4.0]> : tensor<2xf32>
  %factor, %norm = dsa.clip_by_global_norm %a {max_norm = 10.0 : f64} : (tensor<2xf32>) -> (tensor<f32>, tensor<f32>)
  return %factor, %norm : tensor<f32>, tensor<f32>
}

// CHECK: @zero
// CHECK: factor f32[] = 1
// CHECK: norm f32[] = 0
func.func @zero() -> (tensor<f32> {dsa.name = "factor"}, tensor<f32> {dsa.name = "norm"}) {
  %a = arith.constant dense<0.0> : tensor<3xf32>
  %factor, %norm = dsa.clip_by_global_norm %a {max_norm = 1.0 : f64} : (tensor<3xf32>) -> (tensor<f32>, tensor<f32>)
  return %factor, %norm : tensor<f32>, tensor<f32>
}

func.func @many(%a: tensor<13x17xf32>, %b: tensor<1031xf32>, %c: tensor<1xf32>, %d: tensor<3x5x7xf32>) -> (tensor<f32>, tensor<f32>) {
  %factor, %norm = dsa.clip_by_global_norm %a, %b, %c, %d {max_norm = 1.0 : f64}
      : (tensor<13x17xf32>, tensor<1031xf32>, tensor<1xf32>, tensor<3x5x7xf32>) -> (tensor<f32>, tensor<f32>)
  return %factor, %norm : tensor<f32>, tensor<f32>
}

// RUN: not dsa-run %s --entry=named --target=reference 2>&1 | FileCheck %s --check-prefix=NAMED
// RUN: not dsa-run %s --entry=named --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU-NAMED
// NAMED: dsa.clip_by_global_norm: expected finite numbers in row 0 of gradient of w, got INF
// CPU-NAMED: clip_by_global_norm_0, gradient of w, row 0: expected finite numbers, got NaN or infinity
func.func private @named(%a: tensor<3x5xf32>) -> tensor<f32> {
  %b = arith.constant dense<0x7F800000> : tensor<4xf32>
  %factor, %norm = dsa.clip_by_global_norm %a, %b {max_norm = 1.0 : f64, names = ["v", "w"]}
      : (tensor<3x5xf32>, tensor<4xf32>) -> (tensor<f32>, tensor<f32>)
  return %factor : tensor<f32>
}

func.func private @nan(%a: tensor<3x5xf32>) -> tensor<f32> {
  %b = arith.constant dense<1.0> : tensor<7xf32>
  %c = arith.constant dense<[[1.0, 2.0], [0x7FC00003, 1.0], [0x7F800000, 1.0]]> : tensor<3x2xf32>
  %d = arith.constant dense<0x7F800000> : tensor<4xf32>
  %factor, %norm = dsa.clip_by_global_norm %a, %b, %c, %d {max_norm = 1.0 : f64}
      : (tensor<3x5xf32>, tensor<7xf32>, tensor<3x2xf32>, tensor<4xf32>) -> (tensor<f32>, tensor<f32>)
  return %factor : tensor<f32>
}
