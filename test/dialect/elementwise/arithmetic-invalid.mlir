// What sum, product, scale and cast refuse: nothing is broadcast.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @add_c1(%0: tensor<2x3x8xf32>, %1: tensor<8xf32>) {
  // expected-error @+1 {{expected rhs of type 'tensor<2x3x8xf32>', got 'tensor<8xf32>'}}
  %r = dsa.add %0, %1 : (tensor<2x3x8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @mul_c1(%0: tensor<2x3x8xf32>, %1: tensor<2x3x8xf64>) {
  // expected-error @+1 {{expected rhs of type 'tensor<2x3x8xf32>', got 'tensor<2x3x8xf64>'}}
  %r = dsa.mul %0, %1 : (tensor<2x3x8xf32>, tensor<2x3x8xf64>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @scale_c1(%0: tensor<2x3x8xf32>) {
  // expected-error @+1 {{expected a finite factor, got +Inf}}
  %r = dsa.scale %0 {factor = 0x7FF0000000000000 : f64} : (tensor<2x3x8xf32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @cast_c1(%0: tensor<2x3xf32>) {
  // expected-error @+1 {{expected result of shape [2, 3], got [3, 2]}}
  %r = dsa.cast %0 : (tensor<2x3xf32>) -> tensor<3x2xbf16>
  return
}
