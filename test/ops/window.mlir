// The last k keys of each row, ascending, then -1.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: i i32[1x4x2] = {{\[\[\[}}0, -1], [0, 1], [1, 2], [2, 3]]]
func.func @values() -> (tensor<1x4x2xi32> {dsa.name = "i"}) {
  %i = dsa.window {keys = 4 : i64} : () -> tensor<1x4x2xi32>
  return %i : tensor<1x4x2xi32>
}

// Decoding: row 0 stands at position 3; the fifth key does not exist.
// CHECK: @decoding
// CHECK: i i32[1x2x3] = {{\[\[\[}}1, 2, 3], [2, 3, -1]]]
func.func @decoding() -> (tensor<1x2x3xi32> {dsa.name = "i"}) {
  %offset = arith.constant dense<3> : tensor<i32>
  %i = dsa.window offset(%offset) {keys = 4 : i64} : (tensor<i32>) -> tensor<1x2x3xi32>
  return %i : tensor<1x2x3xi32>
}

// CHECK: @k_is_1
// CHECK: i i32[1x3x1] = {{\[\[\[}}0], [1], [2]]]
func.func @k_is_1() -> (tensor<1x3x1xi32> {dsa.name = "i"}) {
  %i = dsa.window {keys = 3 : i64} : () -> tensor<1x3x1xi32>
  return %i : tensor<1x3x1xi32>
}

// CHECK: @k_above_length
// CHECK: i i32[1x2x4] = {{\[\[\[}}0, -1, -1, -1], [0, 1, -1, -1]]]
func.func @k_above_length() -> (tensor<1x2x4xi32> {dsa.name = "i"}) {
  %i = dsa.window {keys = 2 : i64} : () -> tensor<1x2x4xi32>
  return %i : tensor<1x2x4xi32>
}

// CHECK: @before_the_first_key
// CHECK: i i32[1x3x2] = {{\[\[\[}}-1, -1], [-1, -1], [0, -1]]]
func.func @before_the_first_key() -> (tensor<1x3x2xi32> {dsa.name = "i"}) {
  %offset = arith.constant dense<-2> : tensor<i32>
  %i = dsa.window offset(%offset) {keys = 4 : i64} : (tensor<i32>) -> tensor<1x3x2xi32>
  return %i : tensor<1x3x2xi32>
}

func.func @vectors(%offset: tensor<i32> {dsa.range = array<i64: 0, 40>}) -> tensor<2x67x37xi32> {
  %i = dsa.window offset(%offset) {keys = 90 : i64} : (tensor<i32>) -> tensor<2x67x37xi32>
  return %i : tensor<2x67x37xi32>
}
