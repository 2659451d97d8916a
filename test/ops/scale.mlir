// Products with a constant, also zero and one.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: y f32[2] = [-0.5, 1]
func.func @values() -> (tensor<2xf32> {dsa.name = "y"}) {
  %a = arith.constant dense<[1.0, -2.0]> : tensor<2xf32>
  %y = dsa.scale %a {factor = -0.5 : f64} : (tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// CHECK: @zero
// CHECK: y f32[3] = [0, 0, 0]
func.func @zero(%a: tensor<3xf32>) -> (tensor<3xf32> {dsa.name = "y"}) {
  %y = dsa.scale %a {factor = 0.0 : f64} : (tensor<3xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

func.func @scalar(%a: tensor<f32>) -> tensor<f32> {
  %y = dsa.scale %a {factor = 0.3 : f64} : (tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @one(%a: tensor<1xf32>) -> tensor<1xf32> {
  %y = dsa.scale %a {factor = 0.3 : f64} : (tensor<1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

func.func @odd(%a: tensor<3x17xf32>) -> tensor<3x17xf32> {
  %y = dsa.scale %a {factor = 0.3 : f64} : (tensor<3x17xf32>) -> tensor<3x17xf32>
  return %y : tensor<3x17xf32>
}

func.func @rank_4(%a: tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32> {
  %y = dsa.scale %a {factor = 0.3 : f64} : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
  return %y : tensor<2x3x5x7xf32>
}
func.func @identity(%a: tensor<5xf32>) -> tensor<5xf32> {
  %y = dsa.scale %a {factor = 1.0 : f64} : (tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}
