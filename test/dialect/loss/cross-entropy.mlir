// The token loss, its gradient and argmax survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @cross_entropy
// CHECK: dsa.cross_entropy %arg0, %arg1 : (tensor<2x3x32xf32>, tensor<2x3xi32>) -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3xf32>)
func.func @cross_entropy(%0: tensor<2x3x32xf32>, %1: tensor<2x3xi32>) -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  %r:3 = dsa.cross_entropy %0, %1 : (tensor<2x3x32xf32>, tensor<2x3xi32>) -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3xf32>)
  return %r#0, %r#1, %r#2 : tensor<f32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// CHECK-LABEL: @cross_entropy_grad
// CHECK: dsa.cross_entropy_grad %arg0, %arg1, %arg2, %arg3 : (tensor<f32>, tensor<2x3x32xf32>, tensor<2x3xi32>, tensor<2x3xf32>) -> tensor<2x3x32xf32>
func.func @cross_entropy_grad(%0: tensor<f32>, %1: tensor<2x3x32xf32>, %2: tensor<2x3xi32>, %3: tensor<2x3xf32>) -> tensor<2x3x32xf32> {
  %r = dsa.cross_entropy_grad %0, %1, %2, %3 : (tensor<f32>, tensor<2x3x32xf32>, tensor<2x3xi32>, tensor<2x3xf32>) -> tensor<2x3x32xf32>
  return %r : tensor<2x3x32xf32>
}

// CHECK-LABEL: @argmax
// CHECK: dsa.argmax %arg0 : (tensor<2x3x32xf32>) -> tensor<2x3xi32>
func.func @argmax(%0: tensor<2x3x32xf32>) -> tensor<2x3xi32> {
  %r = dsa.argmax %0 : (tensor<2x3x32xf32>) -> tensor<2x3xi32>
  return %r : tensor<2x3xi32>
}
