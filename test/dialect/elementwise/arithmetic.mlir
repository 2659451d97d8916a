// Sum, product and scale survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @add
// CHECK: dsa.add %arg0, %arg1 : (tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
func.func @add(%0: tensor<2x3x8xf32>, %1: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %r = dsa.add %0, %1 : (tensor<2x3x8xf32>, tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}

// CHECK-LABEL: @mul
// CHECK: dsa.mul %arg0, %arg1 : (tensor<f64>, tensor<f64>) -> tensor<f64>
func.func @mul(%0: tensor<f64>, %1: tensor<f64>) -> tensor<f64> {
  %r = dsa.mul %0, %1 : (tensor<f64>, tensor<f64>) -> tensor<f64>
  return %r : tensor<f64>
}

// CHECK-LABEL: @scale
// CHECK: dsa.scale %arg0 {factor = 5.000000e-01 : f64} : (tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
func.func @scale(%0: tensor<2x3x8xf32>) -> tensor<2x3x8xf32> {
  %r = dsa.scale %0 {factor = 5.000000e-01 : f64} : (tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  return %r : tensor<2x3x8xf32>
}
