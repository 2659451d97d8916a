// What folds away at the graph level.
// RUN: dsa-opt %s -canonicalize | FileCheck %s

// CHECK-LABEL: @add_zero
// CHECK-NEXT: return %arg0
func.func @add_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %0 = dsa.add %zero, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @mul_one
// CHECK-NEXT: return %arg0
func.func @mul_one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %0 = dsa.mul %x, %one : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A product with zero stays: it may hide a NaN.
// CHECK-LABEL: @mul_zero
// CHECK: dsa.mul
func.func @mul_zero(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %0 = dsa.mul %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @scale_one
// CHECK-NEXT: return %arg0
func.func @scale_one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.scale %x {factor = 1.0} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @scale_of_scale
// CHECK-NEXT: %[[y:.*]] = dsa.scale %arg0 {factor = 1.500000e+00 : f64}
// CHECK-NEXT: return %[[y]]
func.func @scale_of_scale(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dsa.scale %x {factor = 0.5} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = dsa.scale %0 {factor = 3.0} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @dropout_of_nothing
// CHECK-NEXT: return %arg0
func.func @dropout_of_nothing(%x: tensor<4xf32>, %key: tensor<4xi32>) -> tensor<4xf32> {
  %0 = dsa.dropout %x key(%key) {p = 0.0} : (tensor<4xf32>, tensor<4xi32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
