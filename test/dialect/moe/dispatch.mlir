// Dispatch, combine and their gradients survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @dispatch
// CHECK: dsa.dispatch %arg0, %arg1 {num_experts = 4 : i64} : (tensor<6x8xf32>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<5xi32>, tensor<12xi32>, tensor<6x2xi32>)
func.func @dispatch(%0: tensor<6x8xf32>, %1: tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<5xi32>, tensor<12xi32>, tensor<6x2xi32>) {
  %r:4 = dsa.dispatch %0, %1 {num_experts = 4 : i64} : (tensor<6x8xf32>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<5xi32>, tensor<12xi32>, tensor<6x2xi32>)
  return %r#0, %r#1, %r#2, %r#3 : tensor<12x8xf32>, tensor<5xi32>, tensor<12xi32>, tensor<6x2xi32>
}

// CHECK-LABEL: @dispatch_grad
// CHECK: dsa.dispatch_grad %arg0, %arg1 : (tensor<12x8xf32>, tensor<6x2xi32>) -> tensor<6x8xf32>
func.func @dispatch_grad(%0: tensor<12x8xf32>, %1: tensor<6x2xi32>) -> tensor<6x8xf32> {
  %r = dsa.dispatch_grad %0, %1 : (tensor<12x8xf32>, tensor<6x2xi32>) -> tensor<6x8xf32>
  return %r : tensor<6x8xf32>
}

// CHECK-LABEL: @combine
// CHECK: dsa.combine %arg0, %arg1, %arg2 : (tensor<12x8xf32>, tensor<6x2xf32>, tensor<6x2xi32>) -> tensor<6x8xf32>
func.func @combine(%0: tensor<12x8xf32>, %1: tensor<6x2xf32>, %2: tensor<6x2xi32>) -> tensor<6x8xf32> {
  %r = dsa.combine %0, %1, %2 : (tensor<12x8xf32>, tensor<6x2xf32>, tensor<6x2xi32>) -> tensor<6x8xf32>
  return %r : tensor<6x8xf32>
}

// CHECK-LABEL: @combine_grad
// CHECK: dsa.combine_grad %arg0, %arg1, %arg2, %arg3 : (tensor<6x8xf32>, tensor<12x8xf32>, tensor<6x2xf32>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<6x2xf32>)
func.func @combine_grad(%0: tensor<6x8xf32>, %1: tensor<12x8xf32>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<6x2xf32>) {
  %r:2 = dsa.combine_grad %0, %1, %2, %3 : (tensor<6x8xf32>, tensor<12x8xf32>, tensor<6x2xf32>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<6x2xf32>)
  return %r#0, %r#1 : tensor<12x8xf32>, tensor<6x2xf32>
}
