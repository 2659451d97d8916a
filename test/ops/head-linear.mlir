// Every head multiplies by a matrix of its own, by rows or by columns.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference

// Head 0 multiplies by ((1, 2), (3, 4)), head 1 by its double; transposed, columns and rows change places.
// CHECK: @by_hand
// CHECK: y f32[1x1x2x2] = {{\[\[\[\[}}21, 43], [42, 86]]]]
// CHECK: z f32[1x1x2x2] = {{\[\[\[\[}}31, 42], [62, 84]]]]
func.func @by_hand() -> (tensor<1x1x2x2xf32> {dsa.name = "y"}, tensor<1x1x2x2xf32> {dsa.name = "z"}) {
  %x = arith.constant dense<[[[[1.0, 10.0], [1.0, 10.0]]]]> : tensor<1x1x2x2xf32>
  %w = arith.constant dense<[[[1.0, 2.0], [3.0, 4.0]], [[2.0, 4.0], [6.0, 8.0]]]> : tensor<2x2x2xf32>
  %y = dsa.head_linear %x, %w : (tensor<1x1x2x2xf32>, tensor<2x2x2xf32>) -> tensor<1x1x2x2xf32>
  %z = dsa.head_linear %x, %w {transposed} : (tensor<1x1x2x2xf32>, tensor<2x2x2xf32>) -> tensor<1x1x2x2xf32>
  return %y, %z : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
}

func.func @one(%x: tensor<1x1x1x1xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %y = dsa.head_linear %x, %w : (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

func.func @odd(%x: tensor<2x13x3x7xf32>, %w: tensor<3x5x7xf32>) -> tensor<2x13x3x5xf32> {
  %y = dsa.head_linear %x, %w : (tensor<2x13x3x7xf32>, tensor<3x5x7xf32>) -> tensor<2x13x3x5xf32>
  return %y : tensor<2x13x3x5xf32>
}

func.func @blocks(%x: tensor<1x67x2x40xf32>, %w: tensor<2x33x40xf32>) -> tensor<1x67x2x33xf32> {
  %y = dsa.head_linear %x, %w : (tensor<1x67x2x40xf32>, tensor<2x33x40xf32>) -> tensor<1x67x2x33xf32>
  return %y : tensor<1x67x2x33xf32>
}

func.func @wide(%x: tensor<2x33x2x64xf32>, %w: tensor<2x96x64xf32>) -> tensor<2x33x2x96xf32> {
  %y = dsa.head_linear %x, %w : (tensor<2x33x2x64xf32>, tensor<2x96x64xf32>) -> tensor<2x33x2x96xf32>
  return %y : tensor<2x33x2x96xf32>
}

func.func @columns(%x: tensor<1x5x4x3xf32>, %w: tensor<4x17x3xf32>) -> tensor<1x5x4x17xf32> {
  %y = dsa.head_linear %x, %w : (tensor<1x5x4x3xf32>, tensor<4x17x3xf32>) -> tensor<1x5x4x17xf32>
  return %y : tensor<1x5x4x17xf32>
}

func.func @one_transposed(%x: tensor<1x1x1x1xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %y = dsa.head_linear %x, %w {transposed} : (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

func.func @odd_transposed(%x: tensor<2x13x3x7xf32>, %w: tensor<3x7x5xf32>) -> tensor<2x13x3x5xf32> {
  %y = dsa.head_linear %x, %w {transposed} : (tensor<2x13x3x7xf32>, tensor<3x7x5xf32>) -> tensor<2x13x3x5xf32>
  return %y : tensor<2x13x3x5xf32>
}

func.func @blocks_transposed(%x: tensor<1x67x2x40xf32>, %w: tensor<2x40x33xf32>) -> tensor<1x67x2x33xf32> {
  %y = dsa.head_linear %x, %w {transposed} : (tensor<1x67x2x40xf32>, tensor<2x40x33xf32>) -> tensor<1x67x2x33xf32>
  return %y : tensor<1x67x2x33xf32>
}

func.func @wide_transposed(%x: tensor<2x33x2x64xf32>, %w: tensor<2x64x96xf32>) -> tensor<2x33x2x96xf32> {
  %y = dsa.head_linear %x, %w {transposed} : (tensor<2x33x2x64xf32>, tensor<2x64x96xf32>) -> tensor<2x33x2x96xf32>
  return %y : tensor<2x33x2x96xf32>
}

func.func @columns_transposed(%x: tensor<1x5x4x3xf32>, %w: tensor<4x3x17xf32>) -> tensor<1x5x4x17xf32> {
  %y = dsa.head_linear %x, %w {transposed} : (tensor<1x5x4x3xf32>, tensor<4x3x17xf32>) -> tensor<1x5x4x17xf32>
  return %y : tensor<1x5x4x17xf32>
}

// Columns of wider rows, and a part of every weight.
func.func @sliced(%x: tensor<2x11x3x12xf32>, %w: tensor<3x9x7xf32>) -> tensor<2x11x3x4xf32> {
  %a = tensor.extract_slice %x[0, 0, 0, 5] [2, 11, 3, 7] [1, 1, 1, 1] : tensor<2x11x3x12xf32> to tensor<2x11x3x7xf32>
  %b = tensor.extract_slice %w[0, 5, 0] [3, 4, 7] [1, 1, 1] : tensor<3x9x7xf32> to tensor<3x4x7xf32>
  %y = dsa.head_linear %a, %b : (tensor<2x11x3x7xf32>, tensor<3x4x7xf32>) -> tensor<2x11x3x4xf32>
  return %y : tensor<2x11x3x4xf32>
}
