// Gradients of the selected keys by hand, then of every form of sparse attention.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// Keys 0 and 2 have p = (1/4, 3/4), o = 3, dp = (0, 4); key 1 is not selected.
// CHECK: @selected
// CHECK: dq f32[1x1x1x1] = {{\[\[\[\[}}0.823959]]]]
// CHECK: dk f32[1x3x1x1] = {{\[\[\[\[}}-0.75]], {{\[\[}}0]], {{\[\[}}0.75]]]]
// CHECK: dv f32[1x3x1x1] = {{\[\[\[\[}}0.25]], {{\[\[}}0]], {{\[\[}}0.75]]]]
func.func @selected() -> (tensor<1x1x1x1xf32> {dsa.name = "dq"}, tensor<1x3x1x1xf32> {dsa.name = "dk"}, tensor<1x3x1x1xf32> {dsa.name = "dv"}) {
  %do = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %q = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %k = arith.constant dense<[[[[0.0]], [[5.0]], [[1.0986122887]]]]> : tensor<1x3x1x1xf32>
  %v = arith.constant dense<[[[[0.0]], [[5.0]], [[4.0]]]]> : tensor<1x3x1x1xf32>
  %i = arith.constant dense<[[[0, 2, -1]]]> : tensor<1x1x3xi32>
  %o = arith.constant dense<3.0> : tensor<1x1x1x1xf32>
  %lse = arith.constant dense<1.3862943611> : tensor<1x1x1xf32>
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {scale = 1.0 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x1x3xi32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
      -> (tensor<1x1x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>)
  return %dq, %dk, %dv : tensor<1x1x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>
}

func.func @one(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x1xf32>, %s: tensor<1x1x1xf32>, %do: tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x1x1xf32>) -> tensor<1x1x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xi32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xi32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>)
  return %dq, %dk, %dv : tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>
}

func.func @odd(%q: tensor<2x13x3x7xf32>, %k: tensor<2x13x3x7xf32>, %v: tensor<2x13x3x5xf32>, %s: tensor<2x13x13xf32>, %do: tensor<2x13x3x5xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>) {
  %i = dsa.top_k %s {causal, k = 5} : (tensor<2x13x13xf32>) -> tensor<2x13x5xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xi32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x5xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xi32>, tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>)
  return %dq, %dk, %dv : tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>
}

func.func @shared_heads(%q: tensor<1x11x6x8xf32>, %k: tensor<1x17x2x8xf32>, %v: tensor<1x17x2x16xf32>, %s: tensor<1x11x17xf32>, %do: tensor<1x11x6x16xf32>) -> (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>) {
  %i = dsa.top_k %s {k = 4} : (tensor<1x11x17xf32>) -> tensor<1x11x4xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64}
      : (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>, tensor<1x11x4xi32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {scale = 0.3 : f64}
      : (tensor<1x11x6x16xf32>, tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>, tensor<1x11x4xi32>, tensor<1x11x6x16xf32>, tensor<1x6x11xf32>) -> (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>)
  return %dq, %dk, %dv : tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>
}

func.func @one_key_head(%q: tensor<2x7x4x16xf32>, %k: tensor<2x7x1x16xf32>, %v: tensor<2x7x1x8xf32>, %s: tensor<2x7x7xf32>, %do: tensor<2x7x4x8xf32>) -> (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>) {
  %i = dsa.top_k %s {causal, k = 3} : (tensor<2x7x7xf32>) -> tensor<2x7x3xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>, tensor<2x7x3xi32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<2x7x4x8xf32>, tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>, tensor<2x7x3xi32>, tensor<2x7x4x8xf32>, tensor<2x4x7xf32>) -> (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>)
  return %dq, %dk, %dv : tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>
}

func.func @decoding(%q: tensor<1x3x2x8xf32>, %k: tensor<1x40x2x8xf32>, %v: tensor<1x40x2x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}, %s: tensor<1x3x40xf32>, %do: tensor<1x3x2x8xf32>) -> (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 6} : (tensor<1x3x40xf32>, tensor<i32>) -> tensor<1x3x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x3x6xi32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x3x6xi32>, tensor<1x3x2x8xf32>, tensor<1x2x3xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>)
  return %dq, %dk, %dv : tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>
}

func.func @packed(%q: tensor<2x23x2x8xf32>, %k: tensor<2x23x1x8xf32>, %v: tensor<2x23x1x8xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %s: tensor<2x23x23xf32>, %do: tensor<2x23x2x8xf32>) -> (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>) {
  %i = dsa.top_k %s segments(%qs, %ks) {causal, k = 7} : (tensor<2x23x23xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> tensor<2x23x7xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x7xi32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<2x23x2x8xf32>, tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x7xi32>, tensor<2x23x2x8xf32>, tensor<2x2x23xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>)
  return %dq, %dk, %dv : tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>
}

func.func @nothing_visible(%q: tensor<1x5x2x4xf32>, %k: tensor<1x9x2x4xf32>, %v: tensor<1x9x2x4xf32>, %offset: tensor<i32> {dsa.range = array<i64: -3, -2>}, %s: tensor<1x5x9xf32>, %do: tensor<1x5x2x4xf32>) -> (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 2} : (tensor<1x5x9xf32>, tensor<i32>) -> tensor<1x5x2xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x5x2xi32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x5x2xi32>, tensor<1x5x2x4xf32>, tensor<1x2x5xf32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>)
  return %dq, %dk, %dv : tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>
}

func.func @dropped(%q: tensor<2x9x4x8xf32>, %k: tensor<2x11x2x8xf32>, %v: tensor<2x11x2x8xf32>, %key: tensor<4xi32>, %s: tensor<2x9x11xf32>, %do: tensor<2x9x4x8xf32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>) {
  %i = dsa.top_k %s {k = 6} : (tensor<2x9x11xf32>) -> tensor<2x9x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i key(%key) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<2x9x6xi32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse key(%key) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<2x9x6xi32>, tensor<2x9x4x8xf32>, tensor<2x4x9xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>)
  return %dq, %dk, %dv : tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>
}

func.func @tiles(%q: tensor<1x67x2x64xf32>, %k: tensor<1x67x2x64xf32>, %v: tensor<1x67x2x64xf32>, %s: tensor<1x67x67xf32>, %do: tensor<1x67x2x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>) {
  %i = dsa.top_k %s {causal, k = 16} : (tensor<1x67x67xf32>) -> tensor<1x67x16xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x16xi32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x16xi32>, tensor<1x67x2x64xf32>, tensor<1x2x67xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>)
  return %dq, %dk, %dv : tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>
}

func.func @k_is_1(%q: tensor<1x9x2x8xf32>, %k: tensor<1x9x2x8xf32>, %v: tensor<1x9x2x8xf32>, %s: tensor<1x9x9xf32>, %do: tensor<1x9x2x8xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x9x9xf32>) -> tensor<1x9x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x1xi32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>)
  return %dq, %dk, %dv : tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>
}

func.func @k_above_length(%q: tensor<1x9x2x8xf32>, %k: tensor<1x9x2x8xf32>, %v: tensor<1x9x2x8xf32>, %s: tensor<1x9x9xf32>, %do: tensor<1x9x2x8xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>) {
  %i = dsa.top_k %s {causal, k = 13} : (tensor<1x9x9xf32>) -> tensor<1x9x13xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x13xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %do, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x13xi32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>)
  return %dq, %dk, %dv : tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>
}
