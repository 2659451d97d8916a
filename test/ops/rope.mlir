// Both pairings, slices of the columns, offsets, and the way back.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// Row 0 keeps its values; row 1 turns (1, 0) by one radian, and in @half the second pair by 1 / 100.
// CHECK: @interleaved
// CHECK: y f32[1x2x1x4] = {{\[\[\[\[}}5, 1, 0, 5]], {{\[\[}}5, 0.540302, 0.841471, 5]]]]
func.func @interleaved() -> (tensor<1x2x1x4xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[[5.0, 1.0, 0.0, 5.0]], [[5.0, 1.0, 0.0, 5.0]]]]> : tensor<1x2x1x4xf32>
  %y = dsa.rope %x {pairing = #dsa<rope_pairing interleaved>, first = 1, width = 2} : (tensor<1x2x1x4xf32>) -> tensor<1x2x1x4xf32>
  return %y : tensor<1x2x1x4xf32>
}

// CHECK: @half
// CHECK: y f32[1x2x1x4] = {{\[\[\[\[}}1, 1, 0, 0]], {{\[\[}}0.540302, 0.99995, 0.841471, 0.00999983]]]]
func.func @half() -> (tensor<1x2x1x4xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[[1.0, 1.0, 0.0, 0.0]], [[1.0, 1.0, 0.0, 0.0]]]]> : tensor<1x2x1x4xf32>
  %y = dsa.rope %x {pairing = #dsa<rope_pairing half>, width = 4} : (tensor<1x2x1x4xf32>) -> tensor<1x2x1x4xf32>
  return %y : tensor<1x2x1x4xf32>
}

// CHECK: @back
// CHECK: y f32[1x1x1x2] = {{\[\[\[\[}}3, 4]]]]
func.func @back() -> (tensor<1x1x1x2xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[[3.0, 4.0]]]]> : tensor<1x1x1x2xf32>
  %offset = arith.constant dense<1000> : tensor<i32>
  %z = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, width = 2} : (tensor<1x1x1x2xf32>, tensor<i32>) -> tensor<1x1x1x2xf32>
  %y = dsa.rope %z offset(%offset) {pairing = #dsa<rope_pairing interleaved>, width = 2, inverse} : (tensor<1x1x1x2xf32>, tensor<i32>) -> tensor<1x1x1x2xf32>
  return %y : tensor<1x1x1x2xf32>
}

func.func @odd_interleaved(%x: tensor<2x7x3x10xf32>) -> tensor<2x7x3x10xf32> {
  %y = dsa.rope %x {pairing = #dsa<rope_pairing interleaved>, width = 10} : (tensor<2x7x3x10xf32>) -> tensor<2x7x3x10xf32>
  return %y : tensor<2x7x3x10xf32>
}

func.func @odd_half(%x: tensor<2x7x3x22xf32>) -> tensor<2x7x3x22xf32> {
  %y = dsa.rope %x {pairing = #dsa<rope_pairing half>, width = 22} : (tensor<2x7x3x22xf32>) -> tensor<2x7x3x22xf32>
  return %y : tensor<2x7x3x22xf32>
}

func.func @slice_half(%x: tensor<1x5x2x31xf32>) -> tensor<1x5x2x31xf32> {
  %y = dsa.rope %x {pairing = #dsa<rope_pairing half>, first = 3, width = 16, base = 1.0e6 : f64} : (tensor<1x5x2x31xf32>) -> tensor<1x5x2x31xf32>
  return %y : tensor<1x5x2x31xf32>
}

func.func @slice_interleaved(%x: tensor<1x5x2x40xf32>, %offset: tensor<i32> {dsa.range = array<i64: 3, 100>}) -> tensor<1x5x2x40xf32> {
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, first = 24, width = 16} : (tensor<1x5x2x40xf32>, tensor<i32>) -> tensor<1x5x2x40xf32>
  return %y : tensor<1x5x2x40xf32>
}

func.func @inverse_half(%x: tensor<1x33x1x64xf32>, %offset: tensor<i32> {dsa.range = array<i64: 3, 100>}) -> tensor<1x33x1x64xf32> {
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing half>, width = 64, inverse} : (tensor<1x33x1x64xf32>, tensor<i32>) -> tensor<1x33x1x64xf32>
  return %y : tensor<1x33x1x64xf32>
}
