// Routing, its gradient and the balance loss survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @route
// CHECK: dsa.route %arg0 {k = 2 : i64} : (tensor<6x4xf32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
func.func @route(%0: tensor<6x4xf32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>) {
  %r:3 = dsa.route %0 {k = 2 : i64} : (tensor<6x4xf32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
  return %r#0, %r#1, %r#2 : tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>
}

// CHECK-LABEL: @route_with_noise
// CHECK: dsa.route %arg0 key(%arg1) {k = 2 : i64, noise = 1.000000e+00 : f64} : (tensor<6x4xf32>, tensor<4xi32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
func.func @route_with_noise(%0: tensor<6x4xf32>, %1: tensor<4xi32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>) {
  %r:3 = dsa.route %0 key(%1) {k = 2 : i64, noise = 1.000000e+00 : f64} : (tensor<6x4xf32>, tensor<4xi32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
  return %r#0, %r#1, %r#2 : tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>
}

// CHECK-LABEL: @route_replayed
// CHECK: dsa.route %arg0 key(%arg1) chosen(%arg2) {k = 2 : i64, noise = 1.000000e+00 : f64} : (tensor<6x4xf32>, tensor<4xi32>, tensor<6x2xi32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
func.func @route_replayed(%0: tensor<6x4xf32>, %1: tensor<4xi32>, %2: tensor<6x2xi32>) -> tensor<6x2xf32> {
  %r:3 = dsa.route %0 key(%1) chosen(%2) {k = 2 : i64, noise = 1.000000e+00 : f64} : (tensor<6x4xf32>, tensor<4xi32>, tensor<6x2xi32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
  return %r#0 : tensor<6x2xf32>
}

// CHECK-LABEL: @route_grad
// CHECK: dsa.route_grad %arg0, %arg1, %arg2, %arg3, %arg4 : (tensor<6x2xf32>, tensor<6x4xf32>, tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>) -> tensor<6x4xf32>
func.func @route_grad(%0: tensor<6x2xf32>, %1: tensor<6x4xf32>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>, %4: tensor<6x4xf32>) -> tensor<6x4xf32> {
  %r = dsa.route_grad %0, %1, %2, %3, %4 : (tensor<6x2xf32>, tensor<6x4xf32>, tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>) -> tensor<6x4xf32>
  return %r : tensor<6x4xf32>
}

// CHECK-LABEL: @balance_loss
// CHECK: dsa.balance_loss %arg0, %arg1 {coefficient = 1.000000e-02 : f64} : (tensor<6x4xf32>, tensor<6x2xi32>) -> tensor<f32>
func.func @balance_loss(%0: tensor<6x4xf32>, %1: tensor<6x2xi32>) -> tensor<f32> {
  %r = dsa.balance_loss %0, %1 {coefficient = 1.000000e-02 : f64} : (tensor<6x4xf32>, tensor<6x2xi32>) -> tensor<f32>
  return %r : tensor<f32>
}

// CHECK-LABEL: @balance_loss_grad
// CHECK: dsa.balance_loss_grad %arg0, %arg1 {coefficient = 1.000000e-02 : f64, num_experts = 4 : i64} : (tensor<f32>, tensor<6x2xi32>) -> tensor<6x4xf32>
func.func @balance_loss_grad(%0: tensor<f32>, %1: tensor<6x2xi32>) -> tensor<6x4xf32> {
  %r = dsa.balance_loss_grad %0, %1 {coefficient = 1.000000e-02 : f64, num_experts = 4 : i64} : (tensor<f32>, tensor<6x2xi32>) -> tensor<6x4xf32>
  return %r : tensor<6x4xf32>
}
