// Gradients of two keys by hand, then of every form of attention.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// p = (1/4, 3/4), o = 3, dp = (0, 4): dz = p (dp - 3) = (-3/4, 3/4).
// CHECK: @two_keys
// CHECK: dq f32[1x1x1x1] = {{\[\[\[\[}}0.823959]]]]
// CHECK: dk f32[1x2x1x1] = {{\[\[\[\[}}-0.75]], {{\[\[}}0.75]]]]
// CHECK: dv f32[1x2x1x1] = {{\[\[\[\[}}0.25]], {{\[\[}}0.75]]]]
func.func @two_keys() -> (tensor<1x1x1x1xf32> {dsa.name = "dq"}, tensor<1x2x1x1xf32> {dsa.name = "dk"}, tensor<1x2x1x1xf32> {dsa.name = "dv"}) {
  %do = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %q = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %k = arith.constant dense<[[[[0.0]], [[1.0986122887]]]]> : tensor<1x2x1x1xf32>
  %v = arith.constant dense<[[[[0.0]], [[4.0]]]]> : tensor<1x2x1x1xf32>
  %o = arith.constant dense<3.0> : tensor<1x1x1x1xf32>
  %lse = arith.constant dense<1.3862943611> : tensor<1x1x1xf32>
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {scale = 1.0 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
      -> (tensor<1x1x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>)
  return %dq, %dk, %dv : tensor<1x1x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>
}

func.func @one(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x1xf32>, %do: tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>)
  return %dq, %dk, %dv : tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>
}

func.func @odd(%q: tensor<2x13x3x7xf32>, %k: tensor<2x13x3x7xf32>, %v: tensor<2x13x3x5xf32>, %do: tensor<2x13x3x5xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x5xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>, tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>)
  return %dq, %dk, %dv : tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>
}

func.func @shared_heads(%q: tensor<1x11x6x8xf32>, %k: tensor<1x17x2x8xf32>, %v: tensor<1x17x2x16xf32>, %do: tensor<1x11x6x16xf32>) -> (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {scale = 0.3 : f64}
      : (tensor<1x11x6x16xf32>, tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>, tensor<1x11x6x16xf32>, tensor<1x6x11xf32>) -> (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>)
  return %dq, %dk, %dv : tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>
}

func.func @one_key_head(%q: tensor<2x7x4x16xf32>, %k: tensor<2x7x1x16xf32>, %v: tensor<2x7x1x8xf32>, %do: tensor<2x7x4x8xf32>) -> (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<2x7x4x8xf32>, tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>, tensor<2x7x4x8xf32>, tensor<2x4x7xf32>) -> (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>)
  return %dq, %dk, %dv : tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>
}

func.func @decoding(%q: tensor<1x3x2x8xf32>, %k: tensor<1x40x2x8xf32>, %v: tensor<1x40x2x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}, %do: tensor<1x3x2x8xf32>) -> (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>) {
  %o, %lse = dsa.attention %q, %k, %v offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x3x2x8xf32>, tensor<1x2x3xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>)
  return %dq, %dk, %dv : tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>
}

func.func @packed(%q: tensor<2x23x2x8xf32>, %k: tensor<2x23x1x8xf32>, %v: tensor<2x23x1x8xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %do: tensor<2x23x2x8xf32>) -> (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>) {
  %o, %lse = dsa.attention %q, %k, %v segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<2x23x2x8xf32>, tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x2x8xf32>, tensor<2x2x23xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>)
  return %dq, %dk, %dv : tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>
}

func.func @nothing_visible(%q: tensor<1x5x2x4xf32>, %k: tensor<1x9x2x4xf32>, %v: tensor<1x9x2x4xf32>, %offset: tensor<i32> {dsa.range = array<i64: -3, -2>}, %do: tensor<1x5x2x4xf32>) -> (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>) {
  %o, %lse = dsa.attention %q, %k, %v offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x5x2x4xf32>, tensor<1x2x5xf32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>)
  return %dq, %dk, %dv : tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>
}

func.func @dropped(%q: tensor<2x9x4x8xf32>, %k: tensor<2x11x2x8xf32>, %v: tensor<2x11x2x8xf32>, %key: tensor<4xi32>, %do: tensor<2x9x4x8xf32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>) {
  %o, %lse = dsa.attention %q, %k, %v key(%key) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse key(%key) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<2x9x4x8xf32>, tensor<2x4x9xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>)
  return %dq, %dk, %dv : tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>
}

func.func @tiles(%q: tensor<1x67x2x64xf32>, %k: tensor<1x67x2x64xf32>, %v: tensor<1x67x2x64xf32>, %do: tensor<1x67x2x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>)
  %dq, %dk, %dv = dsa.attention_grad %do, %q, %k, %v, %o, %lse {causal, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x2x67xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>)
  return %dq, %dk, %dv : tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>
}
