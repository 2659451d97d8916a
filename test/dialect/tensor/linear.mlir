// A linear map and its two gradients survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @linear
// CHECK: dsa.linear %arg0, %arg1 : (tensor<2x3x8xf32>, tensor<16x8xf32>) -> tensor<2x3x16xf32>
func.func @linear(%0: tensor<2x3x8xf32>, %1: tensor<16x8xf32>) -> tensor<2x3x16xf32> {
  %r = dsa.linear %0, %1 : (tensor<2x3x8xf32>, tensor<16x8xf32>) -> tensor<2x3x16xf32>
  return %r : tensor<2x3x16xf32>
}

// CHECK-LABEL: @linear_bf16
// CHECK: dsa.linear %arg0, %arg1 : (tensor<8xbf16>, tensor<16x8xbf16>) -> tensor<16xbf16>
func.func @linear_bf16(%0: tensor<8xbf16>, %1: tensor<16x8xbf16>) -> tensor<16xbf16> {
  %r = dsa.linear %0, %1 : (tensor<8xbf16>, tensor<16x8xbf16>) -> tensor<16xbf16>
  return %r : tensor<16xbf16>
}

// CHECK-LABEL: @linear_grad_input
// CHECK: dsa.linear_grad_input %arg0, %arg1 : (tensor<2x3x16xf32>, tensor<16x8xf32>) -> tensor<2x3x8xf32>
func.func @linear_grad_input(%0: tensor<2x3x16xf32>, %1: tensor<16x8xf32>) -> tensor<2x3x8xf32> {
  %r = dsa.linear_grad_input %0, %1 : (tensor<2x3x16xf32>, tensor<16x8xf32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}

// CHECK-LABEL: @linear_grad_weight
// CHECK: dsa.linear_grad_weight %arg0, %arg1 : (tensor<2x3x16xf32>, tensor<2x3x8xf32>) -> tensor<16x8xf32>
func.func @linear_grad_weight(%0: tensor<2x3x16xf32>, %1: tensor<2x3x8xf32>) -> tensor<16x8xf32> {
  %r = dsa.linear_grad_weight %0, %1 : (tensor<2x3x16xf32>, tensor<2x3x8xf32>) -> tensor<16x8xf32>
  return %r : tensor<16x8xf32>
}
