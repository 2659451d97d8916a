// Rounding to nearest, ties to even, also between ops that share a kernel; widening is exact.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --every-form | FileCheck %s --check-prefix=FORMS
// CHECK: @values
// CHECK: y bf16[4] = [1, 1.01562, 1.01562, -3.00406e+38]
// FORMS-COUNT-9: ok in every form
func.func @values() -> (tensor<4xbf16> {dsa.name = "y"}) {
  %a = arith.constant dense<[1.00390625, 1.01171875, 1.01953125, -3.0e38]> : tensor<4xf32>
  %y = dsa.cast %a : (tensor<4xf32>) -> tensor<4xbf16>
  return %y : tensor<4xbf16>
}
// CHECK: @to_itself
// CHECK: y f32[1] = [-0.3]
func.func @to_itself() -> (tensor<1xf32> {dsa.name = "y"}) {
  %a = arith.constant dense<-0.3> : tensor<1xf32>
  %y = dsa.cast %a : (tensor<1xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}

func.func @scalar(%a: tensor<f32>) -> tensor<bf16> {
  %y = dsa.cast %a : (tensor<f32>) -> tensor<bf16>
  return %y : tensor<bf16>
}

func.func @none(%a: tensor<0x3xf32>) -> tensor<0x3xbf16> {
  %y = dsa.cast %a : (tensor<0x3xf32>) -> tensor<0x3xbf16>
  return %y : tensor<0x3xbf16>
}

func.func @odd(%a: tensor<3x17xf32>) -> tensor<3x17xbf16> {
  %y = dsa.cast %a : (tensor<3x17xf32>) -> tensor<3x17xbf16>
  return %y : tensor<3x17xbf16>
}

func.func @up(%a: tensor<3x17xbf16>) -> tensor<3x17xf32> {
  %y = dsa.cast %a : (tensor<3x17xbf16>) -> tensor<3x17xf32>
  return %y : tensor<3x17xf32>
}

func.func @through(%a: tensor<3x17xf32>) -> tensor<3x17xf32> {
  %y = dsa.cast %a : (tensor<3x17xf32>) -> tensor<3x17xbf16>
  %z = dsa.cast %y : (tensor<3x17xbf16>) -> tensor<3x17xf32>
  return %z : tensor<3x17xf32>
}

func.func @behind_linear(%a: tensor<5x33xf32>, %w: tensor<19x33xf32>) -> tensor<5x19xbf16> {
  %h = dsa.linear %a, %w : (tensor<5x33xf32>, tensor<19x33xf32>) -> tensor<5x19xf32>
  %y = dsa.cast %h : (tensor<5x19xf32>) -> tensor<5x19xbf16>
  return %y : tensor<5x19xbf16>
}

func.func @widened_linear(%a: tensor<5x33xbf16>, %w: tensor<19x33xbf16>, %b: tensor<5x19xf32>) -> tensor<5x19xf32> {
  %h = dsa.linear %a, %w : (tensor<5x33xbf16>, tensor<19x33xbf16>) -> tensor<5x19xbf16>
  %y = dsa.cast %h : (tensor<5x19xbf16>) -> tensor<5x19xf32>
  %s = dsa.add %y, %b : (tensor<5x19xf32>, tensor<5x19xf32>) -> tensor<5x19xf32>
  return %s : tensor<5x19xf32>
}
