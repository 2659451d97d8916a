// Every head gets the row of the token.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference

// CHECK: @by_hand
// CHECK: y f32[1x2x2x1] = {{\[\[\[\[}}3], [3]], {{\[\[}}5], [5]]]]
func.func @by_hand() -> (tensor<1x2x2x1xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[3.0], [5.0]]]> : tensor<1x2x1xf32>
  %y = dsa.share_heads %x {heads = 2 : i64} : (tensor<1x2x1xf32>) -> tensor<1x2x2x1xf32>
  return %y : tensor<1x2x2x1xf32>
}

func.func @one(%x: tensor<1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %y = dsa.share_heads %x {heads = 1 : i64} : (tensor<1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

func.func @odd(%x: tensor<2x13x7xf32>) -> tensor<2x13x3x7xf32> {
  %y = dsa.share_heads %x {heads = 3 : i64} : (tensor<2x13x7xf32>) -> tensor<2x13x3x7xf32>
  return %y : tensor<2x13x3x7xf32>
}

func.func @wide(%x: tensor<2x5x64xf32>) -> tensor<2x5x8x64xf32> {
  %y = dsa.share_heads %x {heads = 8 : i64} : (tensor<2x5x64xf32>) -> tensor<2x5x8x64xf32>
  return %y : tensor<2x5x8x64xf32>
}
