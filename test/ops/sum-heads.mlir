// The rows of all heads of a token add up.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference

// CHECK: @by_hand
// CHECK: y f32[1x2x1] = {{\[\[\[}}13], [7]]]
func.func @by_hand() -> (tensor<1x2x1xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[[3.0], [10.0]], [[5.0], [2.0]]]]> : tensor<1x2x2x1xf32>
  %y = dsa.sum_heads %x : (tensor<1x2x2x1xf32>) -> tensor<1x2x1xf32>
  return %y : tensor<1x2x1xf32>
}

func.func @one(%x: tensor<1x1x1x1xf32>) -> tensor<1x1x1xf32> {
  %y = dsa.sum_heads %x : (tensor<1x1x1x1xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

func.func @odd(%x: tensor<2x13x3x7xf32>) -> tensor<2x13x7xf32> {
  %y = dsa.sum_heads %x : (tensor<2x13x3x7xf32>) -> tensor<2x13x7xf32>
  return %y : tensor<2x13x7xf32>
}

func.func @wide(%x: tensor<2x5x8x64xf32>) -> tensor<2x5x64xf32> {
  %y = dsa.sum_heads %x : (tensor<2x5x8x64xf32>) -> tensor<2x5x64xf32>
  return %y : tensor<2x5x64xf32>
}
