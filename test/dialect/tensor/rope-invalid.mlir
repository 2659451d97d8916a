// What rotary positions refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @rope_c1(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected an even width > 0, got 3}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, width = 3} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c1_empty(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected an even width > 0, got 0}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, width = 0} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c2(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected first >= 0, got -2}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, first = -2, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c3(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected first + width <= 8, got 6 + 4}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, first = 6, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c4(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected a finite base > 0, got 0}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, base = 0.0, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c5(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected a finite factor > 0, got 0}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, factor = 0.0 : f64, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c6(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected a finite magnitude > 0, got -1}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, magnitude = -1.0 : f64, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c7(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected a ramp [low, high] with 0 <= low <= high, got array<i64: 3>}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, ramp = array<i64: 3>, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c7_order(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected a ramp [low, high] with 0 <= low <= high, got array<i64: 3, 2>}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, ramp = array<i64: 3, 2>, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @rope_c7_negative(%0: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{expected a ramp [low, high] with 0 <= low <= high, got array<i64: -1, 2>}}
  %r = dsa.rope %0 {pairing = #dsa<rope_pairing half>, ramp = array<i64: -1, 2>, width = 4} : (tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}
