// Rows go back to where they came from; repeated rows are summed, padding goes nowhere.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @rows
// CHECK: dx f32[1x3x2] = {{\[\[\[}}5, 6], [0, 0], [8, 10]]]
func.func @rows() -> (tensor<1x3x2xf32> {dsa.name = "dx"}) {
  %dy = arith.constant dense<[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]]> : tensor<1x2x2x2xf32>
  %i = arith.constant dense<[[[2, -1], [0, 2]]]> : tensor<1x2x2xi32>
  %dx = dsa.gather_grad %dy, %i {rows = 3} : (tensor<1x2x2x2xf32>, tensor<1x2x2xi32>) -> tensor<1x3x2xf32>
  return %dx : tensor<1x3x2xf32>
}

func.func @odd(%dy: tensor<2x5x3x7xf32>, %i: tensor<2x5x3xi32> {dsa.range = array<i64: -1, 13>}) -> tensor<2x13x7xf32> {
  %dx = dsa.gather_grad %dy, %i {rows = 13} : (tensor<2x5x3x7xf32>, tensor<2x5x3xi32>) -> tensor<2x13x7xf32>
  return %dx : tensor<2x13x7xf32>
}

func.func @heads(%dy: tensor<2x7x4x3x16xf32>, %i: tensor<2x7x4xi32> {dsa.range = array<i64: -1, 5>}) -> tensor<2x5x3x16xf32> {
  %dx = dsa.gather_grad %dy, %i {rows = 5} : (tensor<2x7x4x3x16xf32>, tensor<2x7x4xi32>) -> tensor<2x5x3x16xf32>
  return %dx : tensor<2x5x3x16xf32>
}
