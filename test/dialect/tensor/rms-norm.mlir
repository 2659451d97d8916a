// The root-mean-square norm and its gradient survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @rms_norm
// CHECK: dsa.rms_norm %arg0, %arg1 {eps = 9.9999999999999995E-7 : f64} : (tensor<2x3x8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
func.func @rms_norm(%0: tensor<2x3x8xf32>, %1: tensor<8xf32>) -> tensor<2x3x8xf32> {
  %r = dsa.rms_norm %0, %1 {eps = 9.9999999999999995E-7 : f64} : (tensor<2x3x8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}

// CHECK-LABEL: @rms_norm_grad
// CHECK: dsa.rms_norm_grad %arg0, %arg1, %arg2 {eps = 5.000000e-01 : f64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<8xf32>)
func.func @rms_norm_grad(%0: tensor<2x3x8xf32>, %1: tensor<2x3x8xf32>, %2: tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<8xf32>) {
  %r:2 = dsa.rms_norm_grad %0, %1, %2 {eps = 5.000000e-01 : f64} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<8xf32>)
  return %r#0, %r#1 : tensor<2x3x8xf32>, tensor<8xf32>
}
