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
