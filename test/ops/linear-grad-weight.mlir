// Products that sum over all rows, at sizes around tiles.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @rows
// CHECK: dw f32[2x3] = {{\[\[}}1, 3, 5], [2, 4, 8]]
func.func @rows() -> (tensor<2x3xf32> {dsa.name = "dw"}) {
  %dy = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %x = arith.constant dense<[[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]> : tensor<2x3xf32>
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %dw : tensor<2x3xf32>
}

func.func @one(%dy: tensor<1x1xf32>, %x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %dw : tensor<1x1xf32>
}

func.func @row(%dy: tensor<1x5xf32>, %x: tensor<1x17xf32>) -> tensor<5x17xf32> {
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<1x5xf32>, tensor<1x17xf32>) -> tensor<5x17xf32>
  return %dw : tensor<5x17xf32>
}

func.func @odd(%dy: tensor<13x5xf32>, %x: tensor<13x7xf32>) -> tensor<5x7xf32> {
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<13x5xf32>, tensor<13x7xf32>) -> tensor<5x7xf32>
  return %dw : tensor<5x7xf32>
}

func.func @rank_3(%dy: tensor<2x3x31xf32>, %x: tensor<2x3x17xf32>) -> tensor<31x17xf32> {
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<2x3x31xf32>, tensor<2x3x17xf32>) -> tensor<31x17xf32>
  return %dw : tensor<31x17xf32>
}

func.func @tiles(%dy: tensor<67x131xf32>, %x: tensor<67x129xf32>) -> tensor<131x129xf32> {
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<67x131xf32>, tensor<67x129xf32>) -> tensor<131x129xf32>
  return %dw : tensor<131x129xf32>
}

func.func @column(%dy: tensor<37x1xf32>, %x: tensor<37x64xf32>) -> tensor<1x64xf32> {
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<37x1xf32>, tensor<37x64xf32>) -> tensor<1x64xf32>
  return %dw : tensor<1x64xf32>
}

func.func @long(%dy: tensor<1031x23xf32>, %x: tensor<1031x19xf32>) -> tensor<23x19xf32> {
  %dw = dsa.linear_grad_weight %dy, %x : (tensor<1031x23xf32>, tensor<1031x19xf32>) -> tensor<23x19xf32>
  return %dw : tensor<23x19xf32>
}
