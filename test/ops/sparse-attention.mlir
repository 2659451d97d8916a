// Means of the selected values only; padding, and selected keys that are not visible, do not count.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: not dsa-run %s --entry=outside --target=reference 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// OUTSIDE: dsa.sparse_attention: expected an index in [-1, 3) in row 0, got 3

// Row 0 selects keys 0 and 2 but may only see key 0; row 1 selects nothing.
// CHECK: @selected
// CHECK: o f32[1x3x1x1] = {{\[\[\[\[}}3]], {{\[\[}}0]], {{\[\[}}7]]]]
// CHECK: lse f32[1x1x3] = {{\[\[\[}}0, -inf, 0.693147]]]
func.func @selected() -> (tensor<1x3x1x1xf32> {dsa.name = "o"}, tensor<1x1x3xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x3x1x2xf32>
  %k = arith.constant dense<1.0> : tensor<1x3x1x2xf32>
  %v = arith.constant dense<[[[[3.0]], [[9.0]], [[11.0]]]]> : tensor<1x3x1x1xf32>
  %i = arith.constant dense<[[[0, 2], [-1, -1], [0, 2]]]> : tensor<1x3x2xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 1.0 : f64}
      : (tensor<1x3x1x2xf32>, tensor<1x3x1x2xf32>, tensor<1x3x1x1xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x1x1xf32>, tensor<1x1x3xf32>)
  return %o, %lse : tensor<1x3x1x1xf32>, tensor<1x1x3xf32>
}

func.func private @outside(%q: tensor<1x1x1x1xf32>, %k: tensor<1x3x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %i = arith.constant dense<[[[0, 3]]]> : tensor<1x1x2xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i {scale = 1.0 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x1x2xi32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %o : tensor<1x1x1x1xf32>
}

func.func @one(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x1xf32>, %s: tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x1x1xf32>) -> tensor<1x1x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xi32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %o, %lse : tensor<1x1x1x1xf32>, tensor<1x1x1xf32>
}

func.func @odd(%q: tensor<2x13x3x7xf32>, %k: tensor<2x13x3x7xf32>, %v: tensor<2x13x3x5xf32>, %s: tensor<2x13x13xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) {
  %i = dsa.top_k %s {causal, k = 5} : (tensor<2x13x13xf32>) -> tensor<2x13x5xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xi32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
  return %o, %lse : tensor<2x13x3x5xf32>, tensor<2x3x13xf32>
}

func.func @shared_heads(%q: tensor<1x11x6x8xf32>, %k: tensor<1x17x2x8xf32>, %v: tensor<1x17x2x16xf32>, %s: tensor<1x11x17xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>) {
  %i = dsa.top_k %s {k = 4} : (tensor<1x11x17xf32>) -> tensor<1x11x4xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64}
      : (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>, tensor<1x11x4xi32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>)
  return %o, %lse : tensor<1x11x6x16xf32>, tensor<1x6x11xf32>
}

func.func @one_key_head(%q: tensor<2x7x4x16xf32>, %k: tensor<2x7x1x16xf32>, %v: tensor<2x7x1x8xf32>, %s: tensor<2x7x7xf32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>) {
  %i = dsa.top_k %s {causal, k = 3} : (tensor<2x7x7xf32>) -> tensor<2x7x3xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>, tensor<2x7x3xi32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>)
  return %o, %lse : tensor<2x7x4x8xf32>, tensor<2x4x7xf32>
}

func.func @decoding(%q: tensor<1x3x2x8xf32>, %k: tensor<1x40x2x8xf32>, %v: tensor<1x40x2x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}, %s: tensor<1x3x40xf32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 6} : (tensor<1x3x40xf32>, tensor<i32>) -> tensor<1x3x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x3x6xi32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
  return %o, %lse : tensor<1x3x2x8xf32>, tensor<1x2x3xf32>
}

func.func @packed(%q: tensor<2x23x2x8xf32>, %k: tensor<2x23x1x8xf32>, %v: tensor<2x23x1x8xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %s: tensor<2x23x23xf32>) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>) {
  %i = dsa.top_k %s segments(%qs, %ks) {causal, k = 7} : (tensor<2x23x23xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> tensor<2x23x7xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x7xi32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>)
  return %o, %lse : tensor<2x23x2x8xf32>, tensor<2x2x23xf32>
}

func.func @nothing_visible(%q: tensor<1x5x2x4xf32>, %k: tensor<1x9x2x4xf32>, %v: tensor<1x9x2x4xf32>, %offset: tensor<i32> {dsa.range = array<i64: -3, -2>}, %s: tensor<1x5x9xf32>) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 2} : (tensor<1x5x9xf32>, tensor<i32>) -> tensor<1x5x2xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x5x2xi32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>)
  return %o, %lse : tensor<1x5x2x4xf32>, tensor<1x2x5xf32>
}

func.func @dropped(%q: tensor<2x9x4x8xf32>, %k: tensor<2x11x2x8xf32>, %v: tensor<2x11x2x8xf32>, %key: tensor<4xi32>, %s: tensor<2x9x11xf32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>) {
  %i = dsa.top_k %s {k = 6} : (tensor<2x9x11xf32>) -> tensor<2x9x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i key(%key) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<2x9x6xi32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  return %o, %lse : tensor<2x9x4x8xf32>, tensor<2x4x9xf32>
}

func.func @tiles(%q: tensor<1x67x2x64xf32>, %k: tensor<1x67x2x64xf32>, %v: tensor<1x67x2x64xf32>, %s: tensor<1x67x67xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>) {
  %i = dsa.top_k %s {causal, k = 16} : (tensor<1x67x67xf32>) -> tensor<1x67x16xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x16xi32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>)
  return %o, %lse : tensor<1x67x2x64xf32>, tensor<1x2x67xf32>
}

func.func @k_is_1(%q: tensor<1x9x2x8xf32>, %k: tensor<1x9x2x8xf32>, %v: tensor<1x9x2x8xf32>, %s: tensor<1x9x9xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x9x9xf32>) -> tensor<1x9x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  return %o, %lse : tensor<1x9x2x8xf32>, tensor<1x2x9xf32>
}

func.func @k_above_length(%q: tensor<1x9x2x8xf32>, %k: tensor<1x9x2x8xf32>, %v: tensor<1x9x2x8xf32>, %s: tensor<1x9x9xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>) {
  %i = dsa.top_k %s {causal, k = 13} : (tensor<1x9x9xf32>) -> tensor<1x9x13xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x13xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  return %o, %lse : tensor<1x9x2x8xf32>, tensor<1x2x9xf32>
}
