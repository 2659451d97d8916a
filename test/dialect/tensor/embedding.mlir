// Row lookup and the gradient of its table survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @embedding
// CHECK: dsa.embedding %arg0, %arg1 : (tensor<32x8xf32>, tensor<2x3xi32>) -> tensor<2x3x8xf32>
func.func @embedding(%0: tensor<32x8xf32>, %1: tensor<2x3xi32>) -> tensor<2x3x8xf32> {
  %r = dsa.embedding %0, %1 : (tensor<32x8xf32>, tensor<2x3xi32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}

// CHECK-LABEL: @embedding_of_a_scalar
// CHECK: dsa.embedding %arg0, %arg1 : (tensor<32x8xf32>, tensor<i32>) -> tensor<8xf32>
func.func @embedding_of_a_scalar(%0: tensor<32x8xf32>, %1: tensor<i32>) -> tensor<8xf32> {
  %r = dsa.embedding %0, %1 : (tensor<32x8xf32>, tensor<i32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

// CHECK-LABEL: @embedding_grad
// CHECK: dsa.embedding_grad %arg0, %arg1 {rows = 32 : i64} : (tensor<2x3x8xf32>, tensor<2x3xi32>) -> tensor<32x8xf32>
func.func @embedding_grad(%0: tensor<2x3x8xf32>, %1: tensor<2x3xi32>) -> tensor<32x8xf32> {
  %r = dsa.embedding_grad %0, %1 {rows = 32 : i64} : (tensor<2x3x8xf32>, tensor<2x3xi32>) -> tensor<32x8xf32>
  return %r : tensor<32x8xf32>
}
