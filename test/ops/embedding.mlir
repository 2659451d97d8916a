// Row lookup; an id outside the table is an error that names its row.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: not dsa-run %s --entry=too_large --target=reference 2>&1 | FileCheck %s --check-prefix=LARGE
// RUN: not dsa-run %s --entry=negative --target=reference 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not dsa-run %s --entry=too_large --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU
// LARGE: dsa.embedding: expected an id in [0, 3) in row 1, got 3
// NEGATIVE: dsa.embedding: expected an id in [0, 3) in row 0, got -1
// CPU: row 1: expected an index in range, got one outside

// CHECK: @rows
// CHECK: y f32[3x2] = {{\[\[}}5, 6], [1, 2], [5, 6]]
func.func @rows() -> (tensor<3x2xf32> {dsa.name = "y"}) {
  %table = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %ids = arith.constant dense<[2, 0, 2]> : tensor<3xi32>
  %y = dsa.embedding %table, %ids : (tensor<3x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

func.func @odd(%table: tensor<13x7xf32>, %ids: tensor<3x11xi32> {dsa.range = array<i64: 0, 13>}) -> tensor<3x11x7xf32> {
  %y = dsa.embedding %table, %ids : (tensor<13x7xf32>, tensor<3x11xi32>) -> tensor<3x11x7xf32>
  return %y : tensor<3x11x7xf32>
}

func.func @one(%table: tensor<1x1xf32>, %ids: tensor<1xi32> {dsa.range = array<i64: 0, 1>}) -> tensor<1x1xf32> {
  %y = dsa.embedding %table, %ids : (tensor<1x1xf32>, tensor<1xi32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

func.func private @too_large(%table: tensor<3x2xf32>) -> tensor<2x2xf32> {
  %ids = arith.constant dense<[2, 3]> : tensor<2xi32>
  %y = dsa.embedding %table, %ids : (tensor<3x2xf32>, tensor<2xi32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

func.func private @negative(%table: tensor<3x2xf32>) -> tensor<2x2xf32> {
  %ids = arith.constant dense<[-1, 0]> : tensor<2xi32>
  %y = dsa.embedding %table, %ids : (tensor<3x2xf32>, tensor<2xi32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
