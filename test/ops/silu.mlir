// Values at zero, at one, and where the exponential saturates.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: y f32[5] = [0, 0.731059, -0.268941, 20, -4.12231e-08]
func.func @values() -> (tensor<5xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[0.0, 1.0, -1.0, 20.0, -20.0]> : tensor<5xf32>
  %y = dsa.silu %x : (tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @wide(%x: tensor<1031xf32> {dsa.range = array<i64: -200, 200>}) -> tensor<1031xf32> {
  %y = dsa.silu %x : (tensor<1031xf32>) -> tensor<1031xf32>
  return %y : tensor<1031xf32>
}

func.func @scalar(%a: tensor<f32>) -> tensor<f32> {
  %y = dsa.silu %a : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @one(%a: tensor<1xf32>) -> tensor<1xf32> {
  %y = dsa.silu %a : (tensor<1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

func.func @odd(%a: tensor<3x17xf32>) -> tensor<3x17xf32> {
  %y = dsa.silu %a : (tensor<3x17xf32>) -> tensor<3x17xf32>
  return %y : tensor<3x17xf32>
}

func.func @rank_4(%a: tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32> {
  %y = dsa.silu %a : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  return %y : tensor<2x3x5x7xf32>
}

// Both a product and what follows its reshape are results: the second is computed before the first has been stored.
func.func @behind_a_reshape(%x: tensor<2x5x3xf32>, %w: tensor<4x3xf32>) -> (tensor<2x5x4xf32>, tensor<2x5x1x4xf32>) {
  %y = dsa.linear %x, %w : (tensor<2x5x3xf32>, tensor<4x3xf32>) -> tensor<2x5x4xf32>
  %e = tensor.expand_shape %y [[0], [1], [2, 3]] output_shape [2, 5, 1, 4] : tensor<2x5x4xf32> into tensor<2x5x1x4xf32>
  %z = dsa.silu %e : (tensor<2x5x1x4xf32>) -> tensor<2x5x1x4xf32>
  return %y, %z : tensor<2x5x4xf32>, tensor<2x5x1x4xf32>
}
