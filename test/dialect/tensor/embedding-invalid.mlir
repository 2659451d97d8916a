// What row lookup and its gradient refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @embedding_c1(%0: tensor<0x8xf32>, %1: tensor<2x3xi32>) {
  // expected-error @+1 {{expected at least one row of table, got 0}}
  %r = dsa.embedding %0, %1 : (tensor<0x8xf32>, tensor<2x3xi32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @embedding_type(%0: tensor<32x8xf32>, %1: tensor<2x3xi32>) {
  // expected-error @+2 {{inferred type(s) 'tensor<2x3x8xf32>' are incompatible}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = dsa.embedding %0, %1 : (tensor<32x8xf32>, tensor<2x3xi32>) -> tensor<2x3x9xf32>
  return
}

// -----

func.func @embedding_grad_c1(%0: tensor<2x3x8xf32>, %1: tensor<2x4xi32>) {
  // expected-error @+1 {{expected grad of type 'tensor<2x4x8xf32>', got 'tensor<2x3x8xf32>'}}
  %r = dsa.embedding_grad %0, %1 {rows = 32 : i64} : (tensor<2x3x8xf32>, tensor<2x4xi32>) -> tensor<32x8xf32>
  return
}

// -----

func.func @embedding_grad_c2(%0: tensor<2x3x8xf32>, %1: tensor<2x3xi32>) {
  // expected-error @+1 {{expected rows >= 1, got 0}}
  %r = dsa.embedding_grad %0, %1 {rows = 0 : i64} : (tensor<2x3x8xf32>, tensor<2x3xi32>) -> tensor<0x8xf32>
  return
}
