// Rows by index; rows of -1 are zero; an index outside is an error.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: not dsa-run %s --entry=outside --target=reference 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// OUTSIDE: dsa.gather: expected an index in [-1, 3) in row 1, got 3

// CHECK: @rows
// CHECK: y f32[1x2x2x2] = {{\[\[\[\[}}5, 6], [0, 0]], {{\[\[}}1, 2], [5, 6]]]]
func.func @rows() -> (tensor<1x2x2x2xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]> : tensor<1x3x2xf32>
  %i = arith.constant dense<[[[2, -1], [0, 2]]]> : tensor<1x2x2xi32>
  %y = dsa.gather %x, %i : (tensor<1x3x2xf32>, tensor<1x2x2xi32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

func.func private @outside(%x: tensor<1x3x2xf32>) -> tensor<1x2x2x2xf32> {
  %i = arith.constant dense<[[[2, -1], [0, 3]]]> : tensor<1x2x2xi32>
  %y = dsa.gather %x, %i : (tensor<1x3x2xf32>, tensor<1x2x2xi32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

func.func @odd(%x: tensor<2x13x7xf32>, %i: tensor<2x5x3xi32> {dsa.range = array<i64: -1, 13>}) -> tensor<2x5x3x7xf32> {
  %y = dsa.gather %x, %i : (tensor<2x13x7xf32>, tensor<2x5x3xi32>) -> tensor<2x5x3x7xf32>
  return %y : tensor<2x5x3x7xf32>
}

func.func @heads(%x: tensor<2x11x3x16xf32>, %i: tensor<2x7x1xi32> {dsa.range = array<i64: -1, 11>}) -> tensor<2x7x1x3x16xf32> {
  %y = dsa.gather %x, %i : (tensor<2x11x3x16xf32>, tensor<2x7x1xi32>) -> tensor<2x7x1x3x16xf32>
  return %y : tensor<2x7x1x3x16xf32>
}
