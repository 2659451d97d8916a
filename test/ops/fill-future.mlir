// What stands after the query is replaced, with and without an offset.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: y f32[1x2x3] = {{\[\[\[}}1, -9, -9], [4, 5, -9]]]
func.func @values() -> (tensor<1x2x3xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
  %y = dsa.fill_future %x {value = -9.0 : f64} : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}

// CHECK: @offset
// CHECK: y f32[1x2x3] = {{\[\[\[}}1, 2, -1e+09], [4, 5, 6]]]
func.func @offset() -> (tensor<1x2x3xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf32>
  %offset = arith.constant dense<1> : tensor<i32>
  %y = dsa.fill_future %x offset(%offset) {value = -1.0e9 : f64} : (tensor<1x2x3xf32>, tensor<i32>) -> tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}

func.func @odd(%x: tensor<3x13x31xf32>) -> tensor<3x13x31xf32> {
  %y = dsa.fill_future %x {value = 0.0 : f64} : (tensor<3x13x31xf32>) -> tensor<3x13x31xf32>
  return %y : tensor<3x13x31xf32>
}
