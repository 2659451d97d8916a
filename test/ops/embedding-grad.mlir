// Rows of equal ids are summed; ids that never occur get zero.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @sums
// CHECK: y f32[3x2] = {{\[\[}}3, 4], [6, 8], [0, 0]]
func.func @sums() -> (tensor<3x2xf32> {dsa.name = "y"}) {
  %grad = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %ids = arith.constant dense<[1, 0, 1]> : tensor<3xi32>
  %y = dsa.embedding_grad %grad, %ids {rows = 3} : (tensor<3x2xf32>, tensor<3xi32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

func.func @odd(%grad: tensor<3x11x7xf32>, %ids: tensor<3x11xi32> {dsa.range = array<i64: 0, 13>}) -> tensor<13x7xf32> {
  %y = dsa.embedding_grad %grad, %ids {rows = 13} : (tensor<3x11x7xf32>, tensor<3x11xi32>) -> tensor<13x7xf32>
  return %y : tensor<13x7xf32>
}

func.func @one_id_for_all(%grad: tensor<101x3xf32>, %ids: tensor<101xi32> {dsa.range = array<i64: 1, 2>}) -> tensor<2x3xf32> {
  %y = dsa.embedding_grad %grad, %ids {rows = 2} : (tensor<101x3xf32>, tensor<101xi32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
