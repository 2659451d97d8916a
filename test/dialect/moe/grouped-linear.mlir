// Linear maps grouped by expert and their gradients survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @grouped_linear
// CHECK: dsa.grouped_linear %arg0, %arg1, %arg2 : (tensor<12x8xf32>, tensor<4x16x8xf32>, tensor<5xi32>) -> tensor<12x16xf32>
func.func @grouped_linear(%0: tensor<12x8xf32>, %1: tensor<4x16x8xf32>, %2: tensor<5xi32>) -> tensor<12x16xf32> {
  %r = dsa.grouped_linear %0, %1, %2 : (tensor<12x8xf32>, tensor<4x16x8xf32>, tensor<5xi32>) -> tensor<12x16xf32>
  return %r : tensor<12x16xf32>
}

// CHECK-LABEL: @grouped_linear_grad_input
// CHECK: dsa.grouped_linear_grad_input %arg0, %arg1, %arg2 : (tensor<12x16xf32>, tensor<4x16x8xf32>, tensor<5xi32>) -> tensor<12x8xf32>
func.func @grouped_linear_grad_input(%0: tensor<12x16xf32>, %1: tensor<4x16x8xf32>, %2: tensor<5xi32>) -> tensor<12x8xf32> {
  %r = dsa.grouped_linear_grad_input %0, %1, %2 : (tensor<12x16xf32>, tensor<4x16x8xf32>, tensor<5xi32>) -> tensor<12x8xf32>
  return %r : tensor<12x8xf32>
}

// CHECK-LABEL: @grouped_linear_grad_weight
// CHECK: dsa.grouped_linear_grad_weight %arg0, %arg1, %arg2 : (tensor<12x16xf32>, tensor<12x8xf32>, tensor<5xi32>) -> tensor<4x16x8xf32>
func.func @grouped_linear_grad_weight(%0: tensor<12x16xf32>, %1: tensor<12x8xf32>, %2: tensor<5xi32>) -> tensor<4x16x8xf32> {
  %r = dsa.grouped_linear_grad_weight %0, %1, %2 : (tensor<12x16xf32>, tensor<12x8xf32>, tensor<5xi32>) -> tensor<4x16x8xf32>
  return %r : tensor<4x16x8xf32>
}
