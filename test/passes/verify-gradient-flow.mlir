// Each loss trains its own group: what is proved, and where a gradient escapes.
// RUN: dsa-opt %s --split-input-file --dsa-verify-gradient-flow --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-verify-gradient-flow --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-verify-gradient-flow
// COUNT-NEXT: 3 proved
// COUNT-NEXT: 2 frozen

// The indexer reads detached states and imitates attention, the language model reads what the indexer selected.
// CHECK-LABEL: func.func @separate
func.func @separate(%x: tensor<1x4x8xf32>, %targets: tensor<1x4xi32>,
    %wq: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "w"},
    %iq: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "i", dsa.group = "indexer"}, %ones: tensor<1x4x1xf32>)
    -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64},
        tensor<f32> {dsa.name = "index_loss", dsa.minimize = 1.0 : f64, dsa.group = "indexer"})
    attributes {dsa.train = {gradients}} {
  %q = dsa.linear %x, %wq : (tensor<1x4x8xf32>, tensor<8x8xf32>) -> tensor<1x4x8xf32>
  %given = dsa.detach %q : (tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %k = dsa.linear %given, %iq : (tensor<1x4x8xf32>, tensor<8x8xf32>) -> tensor<1x4x8xf32>
  %h = tensor.expand_shape %k [[0], [1], [2, 3]] output_shape [1, 4, 1, 8] : tensor<1x4x8xf32> into tensor<1x4x1x8xf32>
  %m = tensor.expand_shape %q [[0], [1], [2, 3]] output_shape [1, 4, 1, 8] : tensor<1x4x8xf32> into tensor<1x4x1x8xf32>
  %s = dsa.index_scores %h, %k, %ones : (tensor<1x4x1x8xf32>, tensor<1x4x8xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  %o, %lse = dsa.sparse_attention %m, %m, %m, %i {causal, scale = 1.0 : f64}
      : (tensor<1x4x1x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x2xi32>) -> (tensor<1x4x1x8xf32>, tensor<1x1x4xf32>)
  %index_loss, %rows, %p = dsa.index_kl %s, %m, %m, %lse indices(%i) {causal, scale = 1.0 : f64}
      : (tensor<1x4x4xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x8xf32>, tensor<1x1x4xf32>, tensor<1x4x2xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4x2xf32>)
  %flat = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x8xf32> into tensor<1x4x8xf32>
  %loss, %each, %all = dsa.cross_entropy %flat, %targets : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss, %index_loss : tensor<f32>, tensor<f32>
}

// -----

// The forgotten detach: the index loss reaches the states that the indexer reads. The first linear belongs to the
// indexer, its input does not.
func.func @no_detach(%x: tensor<1x4x8xf32>, %q: tensor<1x4x1x8xf32>, %lse: tensor<1x1x4xf32>,
    %w: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "w"},
    %i: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "i", dsa.group = "indexer"}, %ones: tensor<1x4x1xf32>)
    -> (tensor<f32> {dsa.name = "index_loss", dsa.minimize = 1.0 : f64, dsa.group = "indexer"})
    attributes {dsa.train = {gradients}} {
  %a = dsa.linear %x, %w : (tensor<1x4x8xf32>, tensor<8x8xf32>) -> tensor<1x4x8xf32>
  // expected-error @+1 {{'dsa.linear' op lets the gradient of 'index_loss', which trains group 'indexer', reach parameter 'w' of no group through operand #0}}
  %k = dsa.linear %a, %i : (tensor<1x4x8xf32>, tensor<8x8xf32>) -> tensor<1x4x8xf32>
  %h = tensor.expand_shape %k [[0], [1], [2, 3]] output_shape [1, 4, 1, 8] : tensor<1x4x8xf32> into tensor<1x4x1x8xf32>
  %s = dsa.index_scores %h, %k, %ones : (tensor<1x4x1x8xf32>, tensor<1x4x8xf32>, tensor<1x4x1xf32>) -> tensor<1x4x4xf32>
  %loss, %rows, %p = dsa.index_kl %s, %q, %q, %lse {causal, scale = 1.0 : f64}
      : (tensor<1x4x4xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x8xf32>, tensor<1x1x4xf32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4x4xf32>)
  return %loss : tensor<f32>
}

// -----

// The language model weighs its states with the indexer's: the product is where its loss leaves the backbone.
func.func @loss_reaches_the_indexer(%x: tensor<4x8xf32>, %targets: tensor<4xi32>,
    %w: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "w"},
    %i: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "i", dsa.group = "indexer"})
    -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %a = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %given = dsa.detach %a : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %b = dsa.linear %given, %i : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  // expected-error @+1 {{'dsa.mul' op lets the gradient of 'loss', which trains no group, reach parameter 'i' of group 'indexer' through operand #1}}
  %y = dsa.mul %a, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %y, %targets : (tensor<4x8xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// A foreign parameter that is read directly, behind one of the loss's own.
func.func @foreign_parameter(%x: tensor<4x8xf32>, %targets: tensor<4xi32>,
    %h: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "h", dsa.group = "heads"},
    %w: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "w"})
    -> (tensor<f32> {dsa.name = "aux", dsa.minimize = 0.5 : f64, dsa.group = "heads"}) attributes {dsa.train = {gradients}} {
  %a = dsa.linear %x, %h : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  // expected-error @+1 {{'dsa.linear' op lets the gradient of 'aux', which trains group 'heads', reach parameter 'w' of no group through operand #1}}
  %b = dsa.linear %a, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %b, %targets : (tensor<4x8xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// A loss that reaches no parameter of its own gives everything away at once.
func.func @nothing_of_its_own(%x: tensor<4x8xf32>, %targets: tensor<4xi32>,
    %w: tensor<8x8xf32> {dsa.role = "parameter", dsa.name = "w"})
    -> (tensor<f32> {dsa.name = "aux", dsa.minimize = 0.5 : f64, dsa.group = "heads"}) attributes {dsa.train = {gradients}} {
  %a = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  // expected-error @+1 {{'dsa.cross_entropy' op lets the gradient of 'aux', which trains group 'heads', reach parameter 'w' of no group through operand #0}}
  %loss, %each, %lse = dsa.cross_entropy %a, %targets : (tensor<4x8xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// Frozen before differentiation: no loss reaches it.
// expected-error @+1 {{expected no optimizer state of the frozen parameter 'frozen', got 'v.frozen'}}
func.func @frozen_with_state(%w: tensor<4x8xf32> {dsa.role = "parameter", dsa.name = "w"}, %targets: tensor<4xi32>,
    %frozen: tensor<8xf32> {dsa.role = "parameter", dsa.name = "frozen"},
    %v: tensor<8xf32> {dsa.role = "state", dsa.name = "v.frozen"})
    -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64}) attributes {dsa.train = {gradients}} {
  %loss, %each, %lse = dsa.cross_entropy %w, %targets : (tensor<4x8xf32>, tensor<4xi32>) -> (tensor<f32>, tensor<4xf32>, tensor<4xf32>)
  return %loss : tensor<f32>
}

// -----

// Frozen behind differentiation: no result updates it.
// expected-error @+1 {{expected no optimizer state of the frozen parameter 'w', got 'm.w'}}
func.func @step_with_state(%w: tensor<8xf32> {dsa.role = "parameter", dsa.name = "w"},
    %m: tensor<8xf32> {dsa.role = "state", dsa.name = "m.w"})
    -> (tensor<8xf32> {dsa.name = "m.w", dsa.updates = 1 : i64}) {
  %new = dsa.scale %m {factor = 0.5 : f64} : (tensor<8xf32>) -> tensor<8xf32>
  return %new : tensor<8xf32>
}

// -----

// CHECK-LABEL: func.func @updated
func.func @updated(%w: tensor<8xf32> {dsa.role = "parameter", dsa.name = "w"},
    %m: tensor<8xf32> {dsa.role = "state", dsa.name = "m.w"})
    -> (tensor<8xf32> {dsa.name = "w", dsa.updates = 0 : i64}, tensor<8xf32> {dsa.name = "m.w", dsa.updates = 1 : i64}) {
  %new = dsa.add %w, %m : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %new, %m : tensor<8xf32>, tensor<8xf32>
}
