// Products with the weight as it is, at sizes around tiles.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @rows
// CHECK: dx f32[1x3] = {{\[\[}}9, 12, 15]]
func.func @rows() -> (tensor<1x3xf32> {dsa.name = "dx"}) {
  %dy = arith.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %dx = dsa.linear_grad_input %dy, %w : (tensor<1x2xf32>, tensor<2x3xf32>) -> tensor<1x3xf32>
  return %dx : tensor<1x3xf32>
}

func.func @one(%dy: tensor<1x1xf32>, %w: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %dx = dsa.linear_grad_input %dy, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %dx : tensor<1x1xf32>
}

func.func @row(%dy: tensor<1x5xf32>, %w: tensor<5x17xf32>) -> tensor<1x17xf32> {
  %dx = dsa.linear_grad_input %dy, %w : (tensor<1x5xf32>, tensor<5x17xf32>) -> tensor<1x17xf32>
  return %dx : tensor<1x17xf32>
}

func.func @odd(%dy: tensor<13x5xf32>, %w: tensor<5x7xf32>) -> tensor<13x7xf32> {
  %dx = dsa.linear_grad_input %dy, %w : (tensor<13x5xf32>, tensor<5x7xf32>) -> tensor<13x7xf32>
  return %dx : tensor<13x7xf32>
}

func.func @rank_3(%dy: tensor<2x3x31xf32>, %w: tensor<31x17xf32>) -> tensor<2x3x17xf32> {
  %dx = dsa.linear_grad_input %dy, %w : (tensor<2x3x31xf32>, tensor<31x17xf32>) -> tensor<2x3x17xf32>
  return %dx : tensor<2x3x17xf32>
}

func.func @tiles(%dy: tensor<67x131xf32>, %w: tensor<131x129xf32>) -> tensor<67x129xf32> {
  %dx = dsa.linear_grad_input %dy, %w : (tensor<67x131xf32>, tensor<131x129xf32>) -> tensor<67x129xf32>
  return %dx : tensor<67x129xf32>
}

func.func @column(%dy: tensor<37x1xf32>, %w: tensor<1x64xf32>) -> tensor<37x64xf32> {
  %dx = dsa.linear_grad_input %dy, %w : (tensor<37x1xf32>, tensor<1x64xf32>) -> tensor<37x64xf32>
  return %dx : tensor<37x64xf32>
}
