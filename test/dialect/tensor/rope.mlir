// Rotary positions survive a round trip with all their attributes.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @rope
// CHECK: dsa.rope %arg0 {pairing = #dsa<rope_pairing interleaved>, width = 8 : i64} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
func.func @rope(%0: tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32> {
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing interleaved>, width = 8 : i64} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return %r : tensor<2x3x4x8xf32>
}

// CHECK-LABEL: @rope_of_a_slice
// CHECK: dsa.rope %arg0 offset(%arg1) {base = 5.000000e+05 : f64, first = 2 : i64, inverse, pairing = #dsa<rope_pairing half>, width = 6 : i64} : (tensor<2x3x4x8xf32>, tensor<i32>) -> tensor<2x3x4x8xf32>
func.func @rope_of_a_slice(%0: tensor<2x3x4x8xf32>, %1: tensor<i32>) -> tensor<2x3x4x8xf32> {
  %r = dsa.rope %0 offset(%1) {base = 5.000000e+05 : f64, first = 2 : i64, inverse, pairing = #dsa<rope_pairing half>, width = 6 : i64} : (tensor<2x3x4x8xf32>, tensor<i32>) -> tensor<2x3x4x8xf32>
  return %r : tensor<2x3x4x8xf32>
}

// CHECK-LABEL: @rope_stretched
// CHECK: dsa.rope %arg0 {factor = 4.000000e+01 : f64, magnitude = 1.368890e+00 : f64, pairing = #dsa<rope_pairing interleaved>, ramp = array<i64: 1, 3>, width = 8 : i64} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
func.func @rope_stretched(%0: tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32> {
  %r = dsa.rope %0 {factor = 4.000000e+01 : f64, magnitude = 1.368890e+00 : f64, pairing = #dsa<rope_pairing interleaved>, ramp = array<i64: 1, 3>, width = 8 : i64} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return %r : tensor<2x3x4x8xf32>
}
