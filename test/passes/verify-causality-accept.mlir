// Models that see only the past: every one is proved.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics -dsa-verify-causality
// RUN: dsa-opt %s --split-input-file --dsa-verify-causality --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-verify-causality
// COUNT-NEXT: 89 ops ops the tokens were followed through
// COUNT-NEXT: 10 proved values proved causal
// COUNT-NEXT: 0 leaks

// Classic attention, causal.
func.func @classic(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// The corrected selection: min(k, t + 1) keys of the past.
func.func @corrected(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.sparse_attention %h, %h, %h, %i {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A set of past keys needs no second mask.
func.func @range_is_enough(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.sparse_attention %h, %h, %h, %i {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A choice that has read only the past may be filled up with the future if a mask takes it out again.
func.func @mask_is_enough(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %i = dsa.top_k %f {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.sparse_attention %h, %h, %h, %i {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Packed documents.
func.func @segments(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %seg: tensor<1x4xi32> {dsa.role = "input"}) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h segments(%seg, %seg) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4xi32>, tensor<1x4xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// An offset of zero.
func.func @no_offset(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %zero = arith.constant dense<0> : tensor<i32>
  %o, %l = dsa.attention %h, %h, %h offset(%zero) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<i32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A target further ahead.
func.func @predict_two_ahead(%tokens: tensor<1x6xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x6xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 2] [1, 4] [1, 1] : tensor<1x6xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// With one row there is no future to see.
func.func @one_row(%tokens: tensor<2x2xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [2, 1] [1, 1] : tensor<2x2xi32> to tensor<2x1xi32>
  %next = tensor.extract_slice %tokens[0, 1] [2, 1] [1, 1] : tensor<2x2xi32> to tensor<2x1xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<2x1xi32>) -> tensor<2x1x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [2, 1, 1, 4]
      : tensor<2x1x4xf32> into tensor<2x1x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {scale = 0.5 : f64}
      : (tensor<2x1x1x4xf32>, tensor<2x1x1x4xf32>, tensor<2x1x1x4xf32>)
      -> (tensor<2x1x1x4xf32>, tensor<2x1x1xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<2x1x1x4xf32> into tensor<2x1x4xf32>
  %logits = dsa.linear %r, %table : (tensor<2x1x4xf32>, tensor<8x4xf32>) -> tensor<2x1x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<2x1x8xf32>, tensor<2x1xi32>) -> (tensor<f32>, tensor<2x1xf32>, tensor<2x1xf32>)
  return %loss : tensor<f32>
}

// -----

// The logits of the last row belong to the last token: the row knows its position.
func.func @last_row(%tokens: tensor<1x4xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<1x1xi32> {
  %x = dsa.embedding %table, %tokens : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %last = tensor.extract_slice %r[0, 3, 0] [1, 1, 4] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x1x4xf32>
  %logits = dsa.linear %last, %table : (tensor<1x1x4xf32>, tensor<8x4xf32>) -> tensor<1x1x8xf32>
  %choice = dsa.argmax %logits : (tensor<1x1x8xf32>) -> tensor<1x1xi32>
  return %choice : tensor<1x1xi32>
}

// -----

// Keys of a cache before the new ones: the offset says where the new rows stand.
func.func @cached(%tokens: tensor<1x2xi32> {dsa.role = "input"}, %cache: tensor<1x3x1x4xf32> {dsa.role = "state"},
    %table: tensor<8x4xf32>) -> (tensor<1x2x8xf32> {dsa.name = "logits"}) {
  %three = arith.constant dense<3> : tensor<i32>
  %x = dsa.embedding %table, %tokens : (tensor<8x4xf32>, tensor<1x2xi32>) -> tensor<1x2x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 2, 1, 4]
      : tensor<1x2x4xf32> into tensor<1x2x1x4xf32>
  %k = tensor.concat dim(1) %cache, %h : (tensor<1x3x1x4xf32>, tensor<1x2x1x4xf32>) -> tensor<1x5x1x4xf32>
  %o, %l = dsa.attention %h, %k, %k offset(%three) {causal, scale = 0.5 : f64}
      : (tensor<1x2x1x4xf32>, tensor<1x5x1x4xf32>, tensor<1x5x1x4xf32>, tensor<i32>)
      -> (tensor<1x2x1x4xf32>, tensor<1x1x2xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x2x1x4xf32> into tensor<1x2x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x2x4xf32>, tensor<8x4xf32>) -> tensor<1x2x8xf32>
  return %logits : tensor<1x2x8xf32>
}

// -----

// Nothing is tracked without tokens.
func.func @no_tokens(%x: tensor<4x8xf32> {dsa.role = "input"}) -> (tensor<4x8xf32> {dsa.name = "logits"}) {
  return %x : tensor<4x8xf32>
}
