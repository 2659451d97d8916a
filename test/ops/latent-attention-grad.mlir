// Gradients of latent attention on odd sizes, in both forms; the forward op gives what they read.
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-opt %s --dsa-decompose-latent-attention | dsa-run - --target=reference --print > %t.parts
// RUN: dsa-run %s --target=reference --print | diff %t.parts -

func.func @one_expanded(%do: tensor<1x1x1x1xf32>, %q: tensor<1x1x1x2xf32>, %c: tensor<1x1x1xf32>, %r: tensor<1x1x1xf32>, %w: tensor<2x1xf32>) -> (tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>
}

func.func @odd_expanded(%do: tensor<2x13x3x7xf32>, %q: tensor<2x13x3x7xf32>, %c: tensor<2x13x9xf32>, %r: tensor<2x13x2xf32>, %w: tensor<36x9xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x3x13xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>, tensor<2x13x3x7xf32>, tensor<2x3x13xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>
}

func.func @values_only_expanded(%do: tensor<2x13x3x5xf32>, %q: tensor<2x13x3x6xf32>, %c: tensor<2x13x11xf32>, %r: tensor<2x13x6xf32>, %w: tensor<15x11xf32>) -> (tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x13x3x5xf32>, tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>, tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) -> (tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>
}

func.func @wide_latent_expanded(%do: tensor<1x19x2x4xf32>, %q: tensor<1x19x2x8xf32>, %c: tensor<1x19x67xf32>, %r: tensor<1x19x4xf32>, %w: tensor<16x67xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>) -> (tensor<1x19x2x4xf32>, tensor<1x2x19xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x19x2x4xf32>, tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>, tensor<1x19x2x4xf32>, tensor<1x2x19xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>
}

func.func @tiles_expanded(%do: tensor<1x67x2x64xf32>, %q: tensor<1x67x2x64xf32>, %c: tensor<1x67x64xf32>, %r: tensor<1x67x32xf32>, %w: tensor<192x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>, tensor<1x67x2x64xf32>, tensor<1x2x67xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>
}

func.func @selected_expanded(%do: tensor<2x23x4x6xf32>, %q: tensor<2x23x4x12xf32>, %c: tensor<2x23x16xf32>, %r: tensor<2x23x4xf32>, %w: tensor<56x16xf32>, %s: tensor<2x23x23xf32>) -> (tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>) {
  %i = dsa.top_k %s {causal, k = 5} : (tensor<2x23x23xf32>) -> tensor<2x23x5xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>, tensor<2x23x5xi32>) -> (tensor<2x23x4x6xf32>, tensor<2x4x23xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x23x4x6xf32>, tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>, tensor<2x23x4x6xf32>, tensor<2x4x23xf32>, tensor<2x23x5xi32>) -> (tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>
}

func.func @gathered_expanded(%do: tensor<1x41x3x5xf32>, %q: tensor<1x41x3x5xf32>, %c: tensor<1x41x17xf32>, %r: tensor<1x41x2xf32>, %w: tensor<24x17xf32>, %s: tensor<1x41x41xf32>) -> (tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>) {
  %i = dsa.top_k %s {causal, k = 2} : (tensor<1x41x41xf32>) -> tensor<1x41x2xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>, tensor<1x41x2xi32>) -> (tensor<1x41x3x5xf32>, tensor<1x3x41xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x41x3x5xf32>, tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>, tensor<1x41x3x5xf32>, tensor<1x3x41xf32>, tensor<1x41x2xi32>) -> (tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>
}

func.func @k_is_1_expanded(%do: tensor<1x9x2x8xf32>, %q: tensor<1x9x2x8xf32>, %c: tensor<1x9x8xf32>, %r: tensor<1x9x4xf32>, %w: tensor<24x8xf32>, %s: tensor<1x9x9xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x9x9xf32>) -> tensor<1x9x1xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>
}

func.func @k_beyond_expanded(%do: tensor<1x9x2x8xf32>, %q: tensor<1x9x2x4xf32>, %c: tensor<1x9x8xf32>, %r: tensor<1x9x4xf32>, %w: tensor<16x8xf32>, %s: tensor<1x9x9xf32>) -> (tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>) {
  %i = dsa.top_k %s {causal, k = 12} : (tensor<1x9x9xf32>) -> tensor<1x9x12xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>, tensor<1x9x12xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>, tensor<1x9x12xi32>) -> (tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>
}

func.func @decoding_expanded(%do: tensor<1x3x2x8xf32>, %q: tensor<1x3x2x8xf32>, %c: tensor<1x40x12xf32>, %r: tensor<1x40x2xf32>, %w: tensor<28x12xf32>, %p: tensor<i32> {dsa.range = array<i64: 0, 20>}) -> (tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w offset(%p) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse offset(%p) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>, tensor<1x3x2x8xf32>, tensor<1x2x3xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>
}

func.func @blind_expanded(%do: tensor<1x5x2x4xf32>, %q: tensor<1x5x2x6xf32>, %c: tensor<1x9x6xf32>, %r: tensor<1x9x2xf32>, %w: tensor<16x6xf32>, %p: tensor<i32> {dsa.range = array<i64: -3, -2>}) -> (tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w offset(%p) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse offset(%p) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>, tensor<1x5x2x4xf32>, tensor<1x2x5xf32>, tensor<i32>) -> (tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>
}

func.func @packed_expanded(%do: tensor<2x23x2x5xf32>, %q: tensor<2x23x2x10xf32>, %c: tensor<2x23x10xf32>, %r: tensor<2x23x4xf32>, %w: tensor<22x10xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %s: tensor<2x23x23xf32>) -> (tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>) {
  %i = dsa.top_k %s segments(%qs, %ks) {causal, k = 7} : (tensor<2x23x23xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> tensor<2x23x7xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) segments(%qs, %ks) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>, tensor<2x23x7xi32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x5xf32>, tensor<2x2x23xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) segments(%qs, %ks) {causal, form = #dsa<latent_form expanded>, scale = 0.3 : f64}
      : (tensor<2x23x2x5xf32>, tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>, tensor<2x23x2x5xf32>, tensor<2x2x23xf32>, tensor<2x23x7xi32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>
}

func.func @dropped_expanded(%do: tensor<2x9x4x8xf32>, %q: tensor<2x9x4x8xf32>, %c: tensor<2x11x6xf32>, %r: tensor<2x11x4xf32>, %w: tensor<48x6xf32>, %key: tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w key(%key) {form = #dsa<latent_form expanded>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse key(%key) {form = #dsa<latent_form expanded>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<2x9x4x8xf32>, tensor<2x4x9xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>
}

func.func @dropped_selection_expanded(%do: tensor<2x9x4x8xf32>, %q: tensor<2x9x4x8xf32>, %c: tensor<2x11x6xf32>, %r: tensor<2x11x4xf32>, %w: tensor<48x6xf32>, %key: tensor<4xi32>, %s: tensor<2x9x11xf32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>) {
  %i = dsa.top_k %s {k = 6} : (tensor<2x9x11xf32>) -> tensor<2x9x6xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) key(%key) {form = #dsa<latent_form expanded>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<2x9x6xi32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) key(%key) {form = #dsa<latent_form expanded>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<2x9x4x8xf32>, tensor<2x4x9xf32>, tensor<2x9x6xi32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>
}

func.func @one_absorbed(%do: tensor<1x1x1x1xf32>, %q: tensor<1x1x1x2xf32>, %c: tensor<1x1x1xf32>, %r: tensor<1x1x1xf32>, %w: tensor<2x1xf32>) -> (tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<2x1xf32>
}

func.func @odd_absorbed(%do: tensor<2x13x3x7xf32>, %q: tensor<2x13x3x7xf32>, %c: tensor<2x13x9xf32>, %r: tensor<2x13x2xf32>, %w: tensor<36x9xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x3x13xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>, tensor<2x13x3x7xf32>, tensor<2x3x13xf32>) -> (tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x13x3x7xf32>, tensor<2x13x9xf32>, tensor<2x13x2xf32>, tensor<36x9xf32>
}

func.func @values_only_absorbed(%do: tensor<2x13x3x5xf32>, %q: tensor<2x13x3x6xf32>, %c: tensor<2x13x11xf32>, %r: tensor<2x13x6xf32>, %w: tensor<15x11xf32>) -> (tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x13x3x5xf32>, tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>, tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) -> (tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x13x3x6xf32>, tensor<2x13x11xf32>, tensor<2x13x6xf32>, tensor<15x11xf32>
}

func.func @wide_latent_absorbed(%do: tensor<1x19x2x4xf32>, %q: tensor<1x19x2x8xf32>, %c: tensor<1x19x67xf32>, %r: tensor<1x19x4xf32>, %w: tensor<16x67xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>) -> (tensor<1x19x2x4xf32>, tensor<1x2x19xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x19x2x4xf32>, tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>, tensor<1x19x2x4xf32>, tensor<1x2x19xf32>) -> (tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x19x2x8xf32>, tensor<1x19x67xf32>, tensor<1x19x4xf32>, tensor<16x67xf32>
}

func.func @tiles_absorbed(%do: tensor<1x67x2x64xf32>, %q: tensor<1x67x2x64xf32>, %c: tensor<1x67x64xf32>, %r: tensor<1x67x32xf32>, %w: tensor<192x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>, tensor<1x67x2x64xf32>, tensor<1x2x67xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x67x2x64xf32>, tensor<1x67x64xf32>, tensor<1x67x32xf32>, tensor<192x64xf32>
}

func.func @selected_absorbed(%do: tensor<2x23x4x6xf32>, %q: tensor<2x23x4x12xf32>, %c: tensor<2x23x16xf32>, %r: tensor<2x23x4xf32>, %w: tensor<56x16xf32>, %s: tensor<2x23x23xf32>) -> (tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>) {
  %i = dsa.top_k %s {causal, k = 5} : (tensor<2x23x23xf32>) -> tensor<2x23x5xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>, tensor<2x23x5xi32>) -> (tensor<2x23x4x6xf32>, tensor<2x4x23xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x23x4x6xf32>, tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>, tensor<2x23x4x6xf32>, tensor<2x4x23xf32>, tensor<2x23x5xi32>) -> (tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x23x4x12xf32>, tensor<2x23x16xf32>, tensor<2x23x4xf32>, tensor<56x16xf32>
}

func.func @gathered_absorbed(%do: tensor<1x41x3x5xf32>, %q: tensor<1x41x3x5xf32>, %c: tensor<1x41x17xf32>, %r: tensor<1x41x2xf32>, %w: tensor<24x17xf32>, %s: tensor<1x41x41xf32>) -> (tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>) {
  %i = dsa.top_k %s {causal, k = 2} : (tensor<1x41x41xf32>) -> tensor<1x41x2xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>, tensor<1x41x2xi32>) -> (tensor<1x41x3x5xf32>, tensor<1x3x41xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x41x3x5xf32>, tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>, tensor<1x41x3x5xf32>, tensor<1x3x41xf32>, tensor<1x41x2xi32>) -> (tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x41x3x5xf32>, tensor<1x41x17xf32>, tensor<1x41x2xf32>, tensor<24x17xf32>
}

func.func @k_is_1_absorbed(%do: tensor<1x9x2x8xf32>, %q: tensor<1x9x2x8xf32>, %c: tensor<1x9x8xf32>, %r: tensor<1x9x4xf32>, %w: tensor<24x8xf32>, %s: tensor<1x9x9xf32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>) {
  %i = dsa.top_k %s {causal, k = 1} : (tensor<1x9x9xf32>) -> tensor<1x9x1xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x9x2x8xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<24x8xf32>
}

func.func @k_beyond_absorbed(%do: tensor<1x9x2x8xf32>, %q: tensor<1x9x2x4xf32>, %c: tensor<1x9x8xf32>, %r: tensor<1x9x4xf32>, %w: tensor<16x8xf32>, %s: tensor<1x9x9xf32>) -> (tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>) {
  %i = dsa.top_k %s {causal, k = 12} : (tensor<1x9x9xf32>) -> tensor<1x9x12xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>, tensor<1x9x12xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x9x2x8xf32>, tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>, tensor<1x9x12xi32>) -> (tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x9x2x4xf32>, tensor<1x9x8xf32>, tensor<1x9x4xf32>, tensor<16x8xf32>
}

func.func @decoding_absorbed(%do: tensor<1x3x2x8xf32>, %q: tensor<1x3x2x8xf32>, %c: tensor<1x40x12xf32>, %r: tensor<1x40x2xf32>, %w: tensor<28x12xf32>, %p: tensor<i32> {dsa.range = array<i64: 0, 20>}) -> (tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w offset(%p) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse offset(%p) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>, tensor<1x3x2x8xf32>, tensor<1x2x3xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x3x2x8xf32>, tensor<1x40x12xf32>, tensor<1x40x2xf32>, tensor<28x12xf32>
}

func.func @blind_absorbed(%do: tensor<1x5x2x4xf32>, %q: tensor<1x5x2x6xf32>, %c: tensor<1x9x6xf32>, %r: tensor<1x9x2xf32>, %w: tensor<16x6xf32>, %p: tensor<i32> {dsa.range = array<i64: -3, -2>}) -> (tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w offset(%p) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse offset(%p) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>, tensor<1x5x2x4xf32>, tensor<1x2x5xf32>, tensor<i32>) -> (tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>)
  return %dq, %dc, %dr, %dw : tensor<1x5x2x6xf32>, tensor<1x9x6xf32>, tensor<1x9x2xf32>, tensor<16x6xf32>
}

func.func @packed_absorbed(%do: tensor<2x23x2x5xf32>, %q: tensor<2x23x2x10xf32>, %c: tensor<2x23x10xf32>, %r: tensor<2x23x4xf32>, %w: tensor<22x10xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %s: tensor<2x23x23xf32>) -> (tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>) {
  %i = dsa.top_k %s segments(%qs, %ks) {causal, k = 7} : (tensor<2x23x23xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> tensor<2x23x7xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) segments(%qs, %ks) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>, tensor<2x23x7xi32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x5xf32>, tensor<2x2x23xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) segments(%qs, %ks) {causal, form = #dsa<latent_form absorbed>, scale = 0.3 : f64}
      : (tensor<2x23x2x5xf32>, tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>, tensor<2x23x2x5xf32>, tensor<2x2x23xf32>, tensor<2x23x7xi32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x23x2x10xf32>, tensor<2x23x10xf32>, tensor<2x23x4xf32>, tensor<22x10xf32>
}

func.func @dropped_absorbed(%do: tensor<2x9x4x8xf32>, %q: tensor<2x9x4x8xf32>, %c: tensor<2x11x6xf32>, %r: tensor<2x11x4xf32>, %w: tensor<48x6xf32>, %key: tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>) {
  %o, %lse = dsa.latent_attention %q, %c, %r, %w key(%key) {form = #dsa<latent_form absorbed>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse key(%key) {form = #dsa<latent_form absorbed>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<2x9x4x8xf32>, tensor<2x4x9xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>
}

func.func @dropped_selection_absorbed(%do: tensor<2x9x4x8xf32>, %q: tensor<2x9x4x8xf32>, %c: tensor<2x11x6xf32>, %r: tensor<2x11x4xf32>, %w: tensor<48x6xf32>, %key: tensor<4xi32>, %s: tensor<2x9x11xf32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>) {
  %i = dsa.top_k %s {k = 6} : (tensor<2x9x11xf32>) -> tensor<2x9x6xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) key(%key) {form = #dsa<latent_form absorbed>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<2x9x6xi32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  %dq, %dc, %dr, %dw = dsa.latent_attention_grad %do, %q, %c, %r, %w, %o, %lse selected(%i) key(%key) {form = #dsa<latent_form absorbed>, scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>, tensor<2x9x4x8xf32>, tensor<2x4x9xf32>, tensor<2x9x6xi32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>)
  return %dq, %dc, %dr, %dw : tensor<2x9x4x8xf32>, tensor<2x11x6xf32>, tensor<2x11x4xf32>, tensor<48x6xf32>
}
