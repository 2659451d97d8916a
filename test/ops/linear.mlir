// Products with the weight transposed, at sizes around tiles.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @rows
// CHECK: y f32[2x2] = {{\[\[}}-2, 4], [0, 0]]
func.func @rows() -> (tensor<2x2xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>
  %w = arith.constant dense<[[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]]> : tensor<2x3xf32>
  %y = dsa.linear %x, %w : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

func.func @one(%x: tensor<1x1xf32>, %w: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %y = dsa.linear %x, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

func.func @row(%x: tensor<1x17xf32>, %w: tensor<5x17xf32>) -> tensor<1x5xf32> {
  %y = dsa.linear %x, %w : (tensor<1x17xf32>, tensor<5x17xf32>) -> tensor<1x5xf32>
  return %y : tensor<1x5xf32>
}

func.func @odd(%x: tensor<13x7xf32>, %w: tensor<5x7xf32>) -> tensor<13x5xf32> {
  %y = dsa.linear %x, %w : (tensor<13x7xf32>, tensor<5x7xf32>) -> tensor<13x5xf32>
  return %y : tensor<13x5xf32>
}

func.func @rank_3(%x: tensor<2x3x17xf32>, %w: tensor<31x17xf32>) -> tensor<2x3x31xf32> {
  %y = dsa.linear %x, %w : (tensor<2x3x17xf32>, tensor<31x17xf32>) -> tensor<2x3x31xf32>
  return %y : tensor<2x3x31xf32>
}

func.func @tiles(%x: tensor<67x129xf32>, %w: tensor<131x129xf32>) -> tensor<67x131xf32> {
  %y = dsa.linear %x, %w : (tensor<67x129xf32>, tensor<131x129xf32>) -> tensor<67x131xf32>
  return %y : tensor<67x131xf32>
}

func.func @column(%x: tensor<37x64xf32>, %w: tensor<1x64xf32>) -> tensor<37x1xf32> {
  %y = dsa.linear %x, %w : (tensor<37x64xf32>, tensor<1x64xf32>) -> tensor<37x1xf32>
  return %y : tensor<37x1xf32>
}
