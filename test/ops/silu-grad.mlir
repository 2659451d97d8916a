// The derivative at zero, at one, and where the exponential saturates.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: y f32[5] = [1, 1.85534, 0.144659, 2, 0]
func.func @values() -> (tensor<5xf32> {dsa.name = "y"}) {
  %dy = arith.constant dense<2.0> : tensor<5xf32>
  %x = arith.constant dense<[0.0, 1.0, -1.0, 50.0, -200.0]> : tensor<5xf32>
  %y = dsa.silu_grad %dy, %x : (tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @scalar(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %y = dsa.silu_grad %a, %b : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @one(%a: tensor<1xf32>, %b: tensor<1xf32>) -> tensor<1xf32> {
  %y = dsa.silu_grad %a, %b : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

func.func @odd(%a: tensor<3x17xf32>, %b: tensor<3x17xf32>) -> tensor<3x17xf32> {
  %y = dsa.silu_grad %a, %b : (tensor<3x17xf32>, tensor<3x17xf32>) -> tensor<3x17xf32>
  return %y : tensor<3x17xf32>
}

func.func @rank_4(%a: tensor<2x3x5x7xf32>, %b: tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32> {
  %y = dsa.silu_grad %a, %b : (tensor<2x3x5x7xf32>, tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  return %y : tensor<2x3x5x7xf32>
}
