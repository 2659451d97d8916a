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

// A factor of 4 at token 2 turns (1, 0) by half a radian; the magnitude doubles what was turned.
// CHECK: @linear
// CHECK: y f32[1x1x1x3] = {{\[\[\[\[}}1.75517, 0.958851, 5]]]]
func.func @linear() -> (tensor<1x1x1x3xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[[1.0, 0.0, 5.0]]]]> : tensor<1x1x1x3xf32>
  %offset = arith.constant dense<2> : tensor<i32>
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, width = 2, factor = 4.0 : f64, magnitude = 2.0 : f64} : (tensor<1x1x1x3xf32>, tensor<i32>) -> tensor<1x1x1x3xf32>
  return %y : tensor<1x1x1x3xf32>
}

// With base 1 every pair turns by one radian a token: pairs 0 and 1 stay, pair 2 is half way, (1 + 1/4) / 2, pair 3 turns by 1/4.
// CHECK: @yarn
// CHECK: y f32[1x1x1x8] = {{\[\[\[\[}}0.540302, 0.841471, 0.540302, 0.841471, 0.810963, 0.585097, 0.968912, 0.247404]]]]
func.func @yarn() -> (tensor<1x1x1x8xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]]]]> : tensor<1x1x1x8xf32>
  %offset = arith.constant dense<1> : tensor<i32>
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, width = 8, base = 1.0 : f64, factor = 4.0 : f64, ramp = array<i64: 1, 3>} : (tensor<1x1x1x8xf32>, tensor<i32>) -> tensor<1x1x1x8xf32>
  return %y : tensor<1x1x1x8xf32>
}

// A ramp of no length: pair 0 stays, pair 1 turns by 1/4.
// CHECK: @step
// CHECK: y f32[1x1x1x4] = {{\[\[\[\[}}0.540302, 0.841471, 0.968912, 0.247404]]]]
func.func @step() -> (tensor<1x1x1x4xf32> {dsa.name = "y"}) {
  %x = arith.constant dense<[[[[1.0, 0.0, 1.0, 0.0]]]]> : tensor<1x1x1x4xf32>
  %offset = arith.constant dense<1> : tensor<i32>
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, width = 4, base = 1.0 : f64, factor = 4.0 : f64, ramp = array<i64: 0, 0>} : (tensor<1x1x1x4xf32>, tensor<i32>) -> tensor<1x1x1x4xf32>
  return %y : tensor<1x1x1x4xf32>
}

func.func @odd_yarn(%x: tensor<2x7x3x22xf32>) -> tensor<2x7x3x22xf32> {
  %y = dsa.rope %x {pairing = #dsa<rope_pairing half>, width = 22, factor = 40.0 : f64, ramp = array<i64: 2, 7>, magnitude = 1.3 : f64} : (tensor<2x7x3x22xf32>) -> tensor<2x7x3x22xf32>
  return %y : tensor<2x7x3x22xf32>
}

func.func @slice_yarn(%x: tensor<1x5x2x40xf32>, %offset: tensor<i32> {dsa.range = array<i64: 3, 100>}) -> tensor<1x5x2x40xf32> {
  %y = dsa.rope %x offset(%offset) {pairing = #dsa<rope_pairing interleaved>, first = 24, width = 16, factor = 3.0 : f64, ramp = array<i64: 1, 6>, magnitude = 0.8 : f64, inverse} : (tensor<1x5x2x40xf32>, tensor<i32>) -> tensor<1x5x2x40xf32>
  return %y : tensor<1x5x2x40xf32>
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
