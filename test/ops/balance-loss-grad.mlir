// The share of slots of each expert, the same for every token.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @one_sided
// CHECK: dp f32[2x2] = {{\[\[}}0, 0.3], [0, 0.3]]
func.func @one_sided() -> (tensor<2x2xf32> {dsa.name = "dp"}) {
  %grad = arith.constant dense<3.0> : tensor<f32>
  %e = arith.constant dense<1> : tensor<2x1xi32>
  %dp = dsa.balance_loss_grad %grad, %e {num_experts = 2, coefficient = 0.1 : f64} : (tensor<f32>, tensor<2x1xi32>) -> tensor<2x2xf32>
  return %dp : tensor<2x2xf32>
}

func.func @one(%grad: tensor<f32>, %e: tensor<1x1xi32> {dsa.range = array<i64: 0, 1>}) -> tensor<1x1xf32> {
  %dp = dsa.balance_loss_grad %grad, %e {num_experts = 1, coefficient = 0.01 : f64} : (tensor<f32>, tensor<1x1xi32>) -> tensor<1x1xf32>
  return %dp : tensor<1x1xf32>
}

func.func @odd(%grad: tensor<f32>, %e: tensor<13x2xi32> {dsa.range = array<i64: 0, 5>}) -> tensor<13x5xf32> {
  %dp = dsa.balance_loss_grad %grad, %e {num_experts = 5, coefficient = 0.01 : f64} : (tensor<f32>, tensor<13x2xi32>) -> tensor<13x5xf32>
  return %dp : tensor<13x5xf32>
}

func.func @k_is_1(%grad: tensor<f32>, %e: tensor<17x1xi32> {dsa.range = array<i64: 0, 8>}) -> tensor<17x8xf32> {
  %dp = dsa.balance_loss_grad %grad, %e {num_experts = 8, coefficient = 0.01 : f64} : (tensor<f32>, tensor<17x1xi32>) -> tensor<17x8xf32>
  return %dp : tensor<17x8xf32>
}

func.func @all_experts(%grad: tensor<f32>, %e: tensor<7x3xi32> {dsa.range = array<i64: 0, 3>}) -> tensor<7x3xf32> {
  %dp = dsa.balance_loss_grad %grad, %e {num_experts = 3, coefficient = 0.01 : f64} : (tensor<f32>, tensor<7x3xi32>) -> tensor<7x3xf32>
  return %dp : tensor<7x3xf32>
}

func.func @few_tokens(%grad: tensor<f32>, %e: tensor<3x2xi32> {dsa.range = array<i64: 0, 31>}) -> tensor<3x31xf32> {
  %dp = dsa.balance_loss_grad %grad, %e {num_experts = 31, coefficient = 0.01 : f64} : (tensor<f32>, tensor<3x2xi32>) -> tensor<3x31xf32>
  return %dp : tensor<3x31xf32>
}

func.func @tiles(%grad: tensor<f32>, %e: tensor<67x2xi32> {dsa.range = array<i64: 0, 4>}) -> tensor<67x4xf32> {
  %dp = dsa.balance_loss_grad %grad, %e {num_experts = 4, coefficient = 0.01 : f64} : (tensor<f32>, tensor<67x2xi32>) -> tensor<67x4xf32>
  return %dp : tensor<67x4xf32>
}
