// Shares of slots times mean probabilities; 1 if balanced.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @balanced
// CHECK: y f32[] = 0.1
func.func @balanced() -> (tensor<f32> {dsa.name = "y"}) {
  %p = arith.constant dense<[[0.25, 0.75], [0.75, 0.25]]> : tensor<2x2xf32>
  %e = arith.constant dense<[[1], [0]]> : tensor<2x1xi32>
  %y = dsa.balance_loss %p, %e {coefficient = 0.1 : f64} : (tensor<2x2xf32>, tensor<2x1xi32>) -> tensor<f32>
  return %y : tensor<f32>
}

// f = (0, 1), P = (0.375, 0.625): 0.1 * 2 * 0.625.
// CHECK: @one_sided
// CHECK: y f32[] = 0.125
func.func @one_sided() -> (tensor<f32> {dsa.name = "y"}) {
  %p = arith.constant dense<[[0.25, 0.75], [0.5, 0.5]]> : tensor<2x2xf32>
  %e = arith.constant dense<1> : tensor<2x1xi32>
  %y = dsa.balance_loss %p, %e {coefficient = 0.1 : f64} : (tensor<2x2xf32>, tensor<2x1xi32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @one(%p: tensor<1x1xf32>, %e: tensor<1x1xi32> {dsa.range = array<i64: 0, 1>}) -> tensor<f32> {
  %y = dsa.balance_loss %p, %e {coefficient = 0.01 : f64} : (tensor<1x1xf32>, tensor<1x1xi32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @odd(%p: tensor<13x5xf32>, %e: tensor<13x2xi32> {dsa.range = array<i64: 0, 5>}) -> tensor<f32> {
  %y = dsa.balance_loss %p, %e {coefficient = 0.01 : f64} : (tensor<13x5xf32>, tensor<13x2xi32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @k_is_1(%p: tensor<17x8xf32>, %e: tensor<17x1xi32> {dsa.range = array<i64: 0, 8>}) -> tensor<f32> {
  %y = dsa.balance_loss %p, %e {coefficient = 0.01 : f64} : (tensor<17x8xf32>, tensor<17x1xi32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @all_experts(%p: tensor<7x3xf32>, %e: tensor<7x3xi32> {dsa.range = array<i64: 0, 3>}) -> tensor<f32> {
  %y = dsa.balance_loss %p, %e {coefficient = 0.01 : f64} : (tensor<7x3xf32>, tensor<7x3xi32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @few_tokens(%p: tensor<3x31xf32>, %e: tensor<3x2xi32> {dsa.range = array<i64: 0, 31>}) -> tensor<f32> {
  %y = dsa.balance_loss %p, %e {coefficient = 0.01 : f64} : (tensor<3x31xf32>, tensor<3x2xi32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @tiles(%p: tensor<67x4xf32>, %e: tensor<67x2xi32> {dsa.range = array<i64: 0, 4>}) -> tensor<f32> {
  %y = dsa.balance_loss %p, %e {coefficient = 0.01 : f64} : (tensor<67x4xf32>, tensor<67x2xi32>) -> tensor<f32>
  return %y : tensor<f32>
}
