// softmax(scores) - p on the support, over the rows that hold a key; nothing elsewhere.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --target=cpu --against=reference --threads=3
// RUN: dsa-run %s --target=cpu --against=reference --vector=sse

// Uniform scores against (1/4, 3/4); the second of two rows counts as well and has nothing to learn.
// CHECK: @values
// CHECK: ds f32[1x2x2] = {{\[\[\[}}0, 0], [0.5, -0.5]]]
func.func @values() -> (tensor<1x2x2xf32> {dsa.name = "ds"}) {
  %g = arith.constant dense<4.0> : tensor<f32>
  %s = arith.constant dense<[[[5.0, 9.0], [2.0, 2.0]]]> : tensor<1x2x2xf32>
  %p = arith.constant dense<[[[1.0, 0.0], [0.25, 0.75]]]> : tensor<1x2x2xf32>
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %ds : tensor<1x2x2xf32>
}

// The selected keys 0 and 2, in the places 0 and 2 of the target; a row without a key is not counted.
// CHECK: @selected
// CHECK: ds f32[1x2x3] = {{\[\[\[}}0, 0, 0], [0.25, 0, -0.25]]]
func.func @selected() -> (tensor<1x2x3xf32> {dsa.name = "ds"}) {
  %g = arith.constant dense<1.0> : tensor<f32>
  %s = arith.constant dense<[[[5.0, 9.0, 1.0], [2.0, 7.0, 2.0]]]> : tensor<1x2x3xf32>
  %p = arith.constant dense<[[[0.0, 0.0, 0.0], [0.25, 0.0, 0.75]]]> : tensor<1x2x3xf32>
  %i = arith.constant dense<[[[-1, -1, -1], [0, -1, 2]]]> : tensor<1x2x3xi32>
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i)
      : (tensor<f32>, tensor<1x2x3xf32>, tensor<1x2x3xf32>, tensor<1x2x3xi32>) -> tensor<1x2x3xf32>
  return %ds : tensor<1x2x3xf32>
}

func.func @one(%g: tensor<f32>, %s: tensor<1x1x1xf32>, %p: tensor<1x1x1xf32>) -> tensor<1x1x1xf32> {
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  return %ds : tensor<1x1x1xf32>
}

func.func @odd(%g: tensor<f32>, %s: tensor<2x7x13xf32>, %p: tensor<2x7x13xf32>) -> tensor<2x7x13xf32> {
  %ds = dsa.index_kl_grad %g, %s, %p : (tensor<f32>, tensor<2x7x13xf32>, tensor<2x7x13xf32>) -> tensor<2x7x13xf32>
  return %ds : tensor<2x7x13xf32>
}

func.func @blocks(%g: tensor<f32>, %s: tensor<1x67x67xf32>, %p: tensor<1x67x67xf32>) -> tensor<1x67x67xf32> {
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x67x67xf32>, tensor<1x67x67xf32>) -> tensor<1x67x67xf32>
  return %ds : tensor<1x67x67xf32>
}

func.func @shifted(%g: tensor<f32>, %s: tensor<2x5x21xf32>, %p: tensor<2x5x21xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 9>}) -> tensor<2x5x21xf32> {
  %ds = dsa.index_kl_grad %g, %s, %p offset(%offset) {causal} : (tensor<f32>, tensor<2x5x21xf32>, tensor<2x5x21xf32>, tensor<i32>) -> tensor<2x5x21xf32>
  return %ds : tensor<2x5x21xf32>
}

func.func @before_the_first(%g: tensor<f32>, %s: tensor<2x5x9xf32>, %p: tensor<2x5x9xf32>, %offset: tensor<i32> {dsa.range = array<i64: -4, -1>}) -> tensor<2x5x9xf32> {
  %ds = dsa.index_kl_grad %g, %s, %p offset(%offset) {causal} : (tensor<f32>, tensor<2x5x9xf32>, tensor<2x5x9xf32>, tensor<i32>) -> tensor<2x5x9xf32>
  return %ds : tensor<2x5x9xf32>
}

func.func @packed(%g: tensor<f32>, %s: tensor<2x19x23xf32>, %p: tensor<2x19x23xf32>, %qs: tensor<2x19xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}) -> tensor<2x19x23xf32> {
  %ds = dsa.index_kl_grad %g, %s, %p segments(%qs, %ks) : (tensor<f32>, tensor<2x19x23xf32>, tensor<2x19x23xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> tensor<2x19x23xf32>
  return %ds : tensor<2x19x23xf32>
}

func.func @odd_selection(%g: tensor<f32>, %s: tensor<2x9x11xf32>, %p: tensor<2x9x6xf32>) -> tensor<2x9x11xf32> {
  %i = dsa.top_k %s {causal, k = 6 : i64} : (tensor<2x9x11xf32>) -> tensor<2x9x6xi32>
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<2x9x11xf32>, tensor<2x9x6xf32>, tensor<2x9x6xi32>) -> tensor<2x9x11xf32>
  return %ds : tensor<2x9x11xf32>
}

func.func @packed_selection(%g: tensor<f32>, %s: tensor<2x33x41xf32>, %p: tensor<2x33x4xf32>, %qs: tensor<2x33xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x41xi32> {dsa.range = array<i64: 0, 2>}) -> tensor<2x33x41xf32> {
  %i = dsa.top_k %s segments(%qs, %ks) {k = 4 : i64} : (tensor<2x33x41xf32>, tensor<2x33xi32>, tensor<2x41xi32>) -> tensor<2x33x4xi32>
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) segments(%qs, %ks) : (tensor<f32>, tensor<2x33x41xf32>, tensor<2x33x4xf32>, tensor<2x33x4xi32>, tensor<2x33xi32>, tensor<2x41xi32>) -> tensor<2x33x41xf32>
  return %ds : tensor<2x33x41xf32>
}

// The selection knows nothing of segments: a key of another one gets no gradient.
func.func @selected_across_segments(%g: tensor<f32>, %s: tensor<2x33x41xf32>, %p: tensor<2x33x4xf32>, %qs: tensor<2x33xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x41xi32> {dsa.range = array<i64: 0, 2>}) -> tensor<2x33x41xf32> {
  %i = dsa.top_k %s {k = 4 : i64} : (tensor<2x33x41xf32>) -> tensor<2x33x4xi32>
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) segments(%qs, %ks) : (tensor<f32>, tensor<2x33x41xf32>, tensor<2x33x4xf32>, tensor<2x33x4xi32>, tensor<2x33xi32>, tensor<2x41xi32>) -> tensor<2x33x41xf32>
  return %ds : tensor<2x33x41xf32>
}

func.func @selected_and_shifted(%g: tensor<f32>, %s: tensor<1x3x40xf32>, %p: tensor<1x3x11xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 9>}) -> tensor<1x3x40xf32> {
  %i = dsa.top_k %s offset(%offset) {causal, k = 11 : i64} : (tensor<1x3x40xf32>, tensor<i32>) -> tensor<1x3x11xi32>
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) offset(%offset) {causal} : (tensor<f32>, tensor<1x3x40xf32>, tensor<1x3x11xf32>, tensor<1x3x11xi32>, tensor<i32>) -> tensor<1x3x40xf32>
  return %ds : tensor<1x3x40xf32>
}

func.func @k_is_1(%g: tensor<f32>, %s: tensor<1x9x9xf32>, %p: tensor<1x9x1xf32>) -> tensor<1x9x9xf32> {
  %i = dsa.top_k %s {causal, k = 1 : i64} : (tensor<1x9x9xf32>) -> tensor<1x9x1xi32>
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x9x9xf32>, tensor<1x9x1xf32>, tensor<1x9x1xi32>) -> tensor<1x9x9xf32>
  return %ds : tensor<1x9x9xf32>
}

func.func @k_above_length(%g: tensor<f32>, %s: tensor<1x9x9xf32>, %p: tensor<1x9x13xf32>) -> tensor<1x9x9xf32> {
  %i = dsa.top_k %s {causal, k = 13 : i64} : (tensor<1x9x9xf32>) -> tensor<1x9x13xi32>
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x9x9xf32>, tensor<1x9x13xf32>, tensor<1x9x13xi32>) -> tensor<1x9x9xf32>
  return %ds : tensor<1x9x9xf32>
}
