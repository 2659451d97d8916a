// Element-wise products.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: y f32[3] = [3, -4, 0]
func.func @values() -> (tensor<3xf32> {dsa.name = "y"}) {
  %a = arith.constant dense<[1.0, 2.0, 0.0]> : tensor<3xf32>
  %b = arith.constant dense<[3.0, -2.0, 7.0]> : tensor<3xf32>
  %y = dsa.mul %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @square(%a: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %y = dsa.mul %a, %a : (tensor<3x5xf32>, tensor<3x5xf32>) -> tensor<3x5xf32>
  return %y : tensor<3x5xf32>
}

func.func @scalar(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %y = dsa.mul %a, %b : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @one(%a: tensor<1xf32>, %b: tensor<1xf32>) -> tensor<1xf32> {
  %y = dsa.mul %a, %b : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

func.func @odd(%a: tensor<3x17xf32>, %b: tensor<3x17xf32>) -> tensor<3x17xf32> {
  %y = dsa.mul %a, %b : (tensor<3x17xf32>, tensor<3x17xf32>) -> tensor<3x17xf32>
  return %y : tensor<3x17xf32>
}

func.func @rank_4(%a: tensor<2x3x5x7xf32>, %b: tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32> {
  %y = dsa.mul %a, %b : (tensor<2x3x5x7xf32>, tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  return %y : tensor<2x3x5x7xf32>
}
