// What dropout refuses.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @dropout_c1(%0: tensor<2x3x8xf32>, %1: tensor<4xi32>) {
  // expected-error @+1 {{expected 0 <= p < 1, got 1}}
  %r = dsa.dropout %0 key(%1) {p = 1.0} : (tensor<2x3x8xf32>, tensor<4xi32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @dropout_c1_negative(%0: tensor<2x3x8xf32>, %1: tensor<4xi32>) {
  // expected-error @+1 {{expected 0 <= p < 1, got -0.5}}
  %r = dsa.dropout %0 key(%1) {p = -0.5} : (tensor<2x3x8xf32>, tensor<4xi32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @dropout_c2(%0: tensor<2x3x8xf32>, %1: tensor<4xi32>, %2: tensor<6xi32>) {
  // expected-error @+1 {{expected 2 axes of input that is drawn by rows, got 3}}
  %r = dsa.dropout %0 key(%1) rows(%2) {p = 0.5} : (tensor<2x3x8xf32>, tensor<4xi32>, tensor<6xi32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @dropout_c3(%0: tensor<6x8xf32>, %1: tensor<4xi32>, %2: tensor<5xi32>) {
  // expected-error @+1 {{expected 6 rows, got 5}}
  %r = dsa.dropout %0 key(%1) rows(%2) {p = 0.5} : (tensor<6x8xf32>, tensor<4xi32>, tensor<5xi32>) -> tensor<6x8xf32>
  return
}

// -----

func.func @dropout_key(%0: tensor<2x3x8xf32>, %1: tensor<3xi32>) {
  // expected-error @+1 {{operand #1 must be tensor<4xi32>}}
  %r = dsa.dropout %0 key(%1) {p = 0.5} : (tensor<2x3x8xf32>, tensor<3xi32>) -> tensor<2x3x8xf32>
  return
}
