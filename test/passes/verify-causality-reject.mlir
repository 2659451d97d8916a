// Models that see the future: each is refused at the op that lets it in, with a row that shows it.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics -dsa-verify-causality
// RUN: dsa-opt %s --split-input-file --dsa-verify-causality --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-verify-causality
// COUNT-NEXT: 113 ops
// COUNT-NEXT: 0 proved
// COUNT-NEXT: 12 leaks

// The published model: rows with fewer than k past keys are filled up with future ones, and no mask follows.
func.func @published(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  // expected-note @+1 {{a row with fewer than k keys s <= t is filled up with keys s > t here}}
  %i = dsa.top_k %f {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  // expected-error @+1 {{'dsa.sparse_attention' op lets row t = 0 see token s = 1: it reads selected keys s > t}}
  %o, %l = dsa.sparse_attention %h, %h, %h, %i {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Whoever says so may compile it.
func.func @acknowledged(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>) -> tensor<f32> attributes {dsa.acknowledge_leak} {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  // expected-note @+1 {{a row with fewer than k keys s <= t is filled up with keys s > t here}}
  %i = dsa.top_k %f {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  // expected-warning @+1 {{'dsa.sparse_attention' op lets row t = 0 see token s = 1: it reads selected keys s > t}}
  %o, %l = dsa.sparse_attention %h, %h, %h, %i {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A mask narrows the set; it cannot undo what the choice has read.
func.func @unmasked_choice(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  // expected-error @+1 {{'dsa.top_k' op lets row t = 0 see token s = 1: it ranks scores of keys s > t}}
  %i = dsa.top_k %s {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.sparse_attention %h, %h, %h, %i {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// No mask at all.
func.func @unmasked(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  // expected-error @+1 {{'dsa.attention' op lets row t = 0 see token s = 1: every query attends to every key}}
  %o, %l = dsa.attention %h, %h, %h {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Segments separate documents, not past from future.
func.func @unmasked_segments(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %seg: tensor<1x4xi32> {dsa.role = "input"}) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  // expected-error @+1 {{'dsa.attention' op lets row t = 0 see token s = 1: every query attends to every key}}
  %o, %l = dsa.attention %h, %h, %h segments(%seg, %seg) {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4xi32>, tensor<1x4xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A mask that is moved by an unknown distance proves nothing.
func.func @runtime_offset(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %offset: tensor<i32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  // expected-error @+1 {{'dsa.attention' op lets row t = 0 see token s = 1: its query_offset is known only at run time}}
  %o, %l = dsa.attention %h, %h, %h offset(%offset) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<i32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A mask that is moved by two tokens.
func.func @shifted_mask(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %two = arith.constant dense<2> : tensor<i32>
  // expected-error @+1 {{'dsa.attention' op lets row t = 0 see token s = 1: its mask reaches past row t}}
  %o, %l = dsa.attention %h, %h, %h offset(%two) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<i32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// The target is the input.
func.func @targets_not_shifted(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-error @+1 {{'dsa.cross_entropy' op lets row t = 0 see its own target, token s = 0: inputs and targets are not shifted}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// The input is the target.
func.func @input_shifted(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-error @+1 {{'dsa.cross_entropy' op lets row t = 0 see its own target, token s = 1: inputs and targets are not shifted}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A linear map along the token axis.
func.func @pooled(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wp: tensor<16x16xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %t = tensor.collapse_shape %x [[0, 1, 2]] : tensor<1x4x4xf32> into tensor<16xf32>
  %u = tensor.expand_shape %t [[0, 1]] output_shape [1, 16] : tensor<16xf32> into tensor<1x16xf32>
  // expected-error @+1 {{'dsa.linear' op lets row t = 0 see token s = 1: it sums over tokens}}
  %p = dsa.linear %u, %wp : (tensor<1x16xf32>, tensor<16x16xf32>) -> tensor<1x16xf32>
  %o = tensor.expand_shape %p [[0], [1, 2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x16xf32> into tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Reading through a set that may hold the future.
func.func @gathered(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  // expected-note @+1 {{a row with fewer than k keys s <= t is filled up with keys s > t here}}
  %i = dsa.top_k %f {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  // expected-error @+1 {{'dsa.gather' op lets row t = 0 see token s = 1: it reads selected keys s > t}}
  %g = dsa.gather %x, %i : (tensor<1x4x4xf32>, tensor<1x4x2xi32>) -> tensor<1x4x2x4xf32>
  %o = tensor.extract_slice %g[0, 0, 0, 0] [1, 4, 1, 4] [1, 1, 1, 1]
      : tensor<1x4x2x4xf32> to tensor<1x4x1x4xf32>
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Without a loss the named logits are constrained.
func.func @logits(%tokens: tensor<1x4xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>)
    -> (tensor<1x4x8xf32> {dsa.name = "logits"}) {
  %x = dsa.embedding %table, %tokens : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  // expected-error @+1 {{'dsa.attention' op lets row t = 0 see token s = 1: every query attends to every key}}
  %o, %l = dsa.attention %h, %h, %h {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  return %logits : tensor<1x4x8xf32>
}
