// The activation and its gradient survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @silu
// CHECK: dsa.silu %arg0 : (tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
func.func @silu(%0: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %r = dsa.silu %0 : (tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}

// CHECK-LABEL: @silu_grad
// CHECK: dsa.silu_grad %arg0, %arg1 : (tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
func.func @silu_grad(%0: tensor<2x3x8xf32>, %1: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %r = dsa.silu_grad %0, %1 : (tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}
