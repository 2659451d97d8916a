// The weights of all heads, each from its own columns.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference

// dw is the sum over tokens of the products of a gradient and an input; the heads stay apart.
// CHECK: @by_hand
// CHECK: y f32[2x1x2] = {{\[\[\[}}210, 21]], {{\[\[}}2, 4]]]
func.func @by_hand() -> (tensor<2x1x2xf32> {dsa.name = "y"}) {
  %dy = arith.constant dense<[[[[1.0], [2.0]], [[2.0], [0.0]]]]> : tensor<1x2x2x1xf32>
  %x = arith.constant dense<[[[[10.0, 1.0], [1.0, 2.0]], [[100.0, 10.0], [5.0, 5.0]]]]> : tensor<1x2x2x2xf32>
  %y = dsa.head_linear_grad_weight %dy, %x : (tensor<1x2x2x1xf32>, tensor<1x2x2x2xf32>) -> tensor<2x1x2xf32>
  return %y : tensor<2x1x2xf32>
}

func.func @one(%x: tensor<1x1x1x1xf32>, %w: tensor<1x1x1x1xf32>) -> tensor<1x1x1xf32> {
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

func.func @odd(%x: tensor<2x13x3x5xf32>, %w: tensor<2x13x3x7xf32>) -> tensor<3x5x7xf32> {
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<2x13x3x5xf32>, tensor<2x13x3x7xf32>) -> tensor<3x5x7xf32>
  return %y : tensor<3x5x7xf32>
}

func.func @blocks(%x: tensor<1x67x2x33xf32>, %w: tensor<1x67x2x40xf32>) -> tensor<2x33x40xf32> {
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<1x67x2x33xf32>, tensor<1x67x2x40xf32>) -> tensor<2x33x40xf32>
  return %y : tensor<2x33x40xf32>
}

func.func @wide(%x: tensor<2x33x2x96xf32>, %w: tensor<2x33x2x64xf32>) -> tensor<2x96x64xf32> {
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<2x33x2x96xf32>, tensor<2x33x2x64xf32>) -> tensor<2x96x64xf32>
  return %y : tensor<2x96x64xf32>
}

func.func @columns(%x: tensor<1x5x4x17xf32>, %w: tensor<1x5x4x3xf32>) -> tensor<4x17x3xf32> {
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<1x5x4x17xf32>, tensor<1x5x4x3xf32>) -> tensor<4x17x3xf32>
  return %y : tensor<4x17x3xf32>
}
