// Dropout and its random key survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @random_key
// CHECK: dsa.random_key %arg0, %arg1, %arg2 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi32>
func.func @random_key(%0: tensor<i64>, %1: tensor<i64>, %2: tensor<i64>) -> tensor<4xi32> {
  %r = dsa.random_key %0, %1, %2 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi32>
  return %r : tensor<4xi32>
}

// CHECK-LABEL: @dropout
// CHECK: dsa.dropout %arg0 key(%arg1) {p = 1.000000e-01 : f64} : (tensor<2x3x8xf32>, tensor<4xi32>) -> tensor<2x3x8xf32>
func.func @dropout(%0: tensor<2x3x8xf32>, %1: tensor<4xi32>) -> tensor<2x3x8xf32> {
  %r = dsa.dropout %0 key(%1) {p = 1.000000e-01 : f64} : (tensor<2x3x8xf32>, tensor<4xi32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}

// CHECK-LABEL: @dropout_by_rows
// CHECK: dsa.dropout %arg0 key(%arg1) rows(%arg2) {p = 1.000000e-01 : f64} : (tensor<6x8xf32>, tensor<4xi32>, tensor<6xi32>) -> tensor<6x8xf32>
func.func @dropout_by_rows(%0: tensor<6x8xf32>, %1: tensor<4xi32>, %2: tensor<6xi32>) -> tensor<6x8xf32> {
  %r = dsa.dropout %0 key(%1) rows(%2) {p = 1.000000e-01 : f64} : (tensor<6x8xf32>, tensor<4xi32>, tensor<6xi32>) -> tensor<6x8xf32>
  return %r : tensor<6x8xf32>
}
