// The first of the largest.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @ties
// CHECK: y i32[4] = [1, 0, 0, 2]
func.func @ties() -> (tensor<4xi32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[1.0, 3.0, 3.0], [-1.0, -2.0, -1.0], [-0.0, 0.0, 0.0], [0xFF800000, 0xFF800000, -3.0e38]]> : tensor<4x3xf32>
  %y = dsa.argmax %x : (tensor<4x3xf32>) -> tensor<4xi32>
  return %y : tensor<4xi32>
}

func.func @one(%x: tensor<1x1xf32>) -> tensor<1xi32> {
  %y = dsa.argmax %x : (tensor<1x1xf32>) -> tensor<1xi32>
  return %y : tensor<1xi32>
}

func.func @odd(%x: tensor<7x13xf32>) -> tensor<7xi32> {
  %y = dsa.argmax %x : (tensor<7x13xf32>) -> tensor<7xi32>
  return %y : tensor<7xi32>
}

func.func @rank_3(%x: tensor<2x3x67xf32>) -> tensor<2x3xi32> {
  %y = dsa.argmax %x : (tensor<2x3x67xf32>) -> tensor<2x3xi32>
  return %y : tensor<2x3xi32>
}

func.func @wide(%x: tensor<5x1031xf32>) -> tensor<5xi32> {
  %y = dsa.argmax %x : (tensor<5x1031xf32>) -> tensor<5xi32>
  return %y : tensor<5xi32>
}
