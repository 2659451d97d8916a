// Latent attention before the proof: causal with and without a selection, refused where later latents get in.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics -dsa-verify-causality

// All keys of the past.
func.func @dense(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  %o, %l = dsa.latent_attention %h, %x, %r, %up {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// The best keys of the past.
func.func @selected(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.latent_attention %h, %x, %r, %up selected(%i) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A set of past keys needs no second mask.
func.func @range_is_enough(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.latent_attention %h, %x, %r, %up selected(%i) {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// Without a mask every latent is read.
func.func @unmasked(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  // expected-error @+1 {{'dsa.latent_attention' op lets row t = 0 see token s = 1: every query attends to every key}}
  %o, %l = dsa.latent_attention %h, %x, %r, %up {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A mask narrows what is read, not what the choice has read.
func.func @filled_up(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  // expected-error @+1 {{'dsa.top_k' op lets row t = 0 see token s = 1: it ranks scores of keys s > t}}
  %i = dsa.top_k %s {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %l = dsa.latent_attention %h, %x, %r, %up selected(%i) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A set that may hold later keys is read whole without a mask.
func.func @future_keys(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  %w = dsa.linear %x, %wi : (tensor<1x4x4xf32>, tensor<1x4xf32>) -> tensor<1x4x1xf32>
  %s = dsa.index_scores %h, %x, %w
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  // expected-note @+1 {{a row with fewer than k keys s <= t is filled up with keys s > t here}}
  %i = dsa.top_k %f {k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  // expected-error @+1 {{'dsa.latent_attention' op lets row t = 0 see token s = 1: it reads selected keys s > t}}
  %o, %l = dsa.latent_attention %h, %x, %r, %up selected(%i) {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>, tensor<1x4x2xi32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// An offset lets row t read key t + 1.
func.func @shifted(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  %p = arith.constant dense<1> : tensor<i32>
  // expected-error @+1 {{'dsa.latent_attention' op lets row t = 0 see token s = 1: its mask reaches past row t}}
  %o, %l = dsa.latent_attention %h, %x, %r, %up offset(%p) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>, tensor<i32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// What is known only at run time cannot be proved.
func.func @run_time_offset(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>, %wi: tensor<1x4xf32>, %up: tensor<6x4xf32>, %p: tensor<i32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4]
      : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %r = tensor.extract_slice %x[0, 0, 0] [1, 4, 2] [1, 1, 1] : tensor<1x4x4xf32> to tensor<1x4x2xf32>
  // expected-error @+1 {{'dsa.latent_attention' op lets row t = 0 see token s = 1: its query_offset is known only at run time}}
  %o, %l = dsa.latent_attention %h, %x, %r, %up offset(%p) {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x4xf32>, tensor<1x4x2xf32>, tensor<6x4xf32>, tensor<i32>)
      -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}
