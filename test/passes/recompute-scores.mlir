// Each index loss on a small selection or over all keys gets scores of its own, if nobody else needs the tensor of all pairs.
// RUN: dsa-opt %s --dsa-recompute-scores | FileCheck %s
// RUN: dsa-opt %s --dsa-recompute-scores=keys-per-selected=1 | FileCheck %s --check-prefix=ANY

// CHECK-LABEL: func.func @small
// CHECK: %[[S:.*]] = dsa.index_scores
// CHECK-NEXT: dsa.top_k %[[S]]
// CHECK-NEXT: %[[OWN:.*]] = dsa.index_scores %arg0, %arg1, %arg2
// CHECK-NEXT: dsa.index_kl %[[OWN]]
// CHECK-NEXT: %[[AGAIN:.*]] = dsa.index_scores %arg0, %arg1, %arg2
// CHECK-NEXT: %[[DS:.*]] = dsa.index_kl_grad %arg5, %[[AGAIN]]
// CHECK-NEXT: dsa.index_scores_grad %[[DS]]
func.func @small(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>)
    -> (tensor<f32>, tensor<1x8x2x4xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x2xi32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse indices(%i) {causal, scale = 1.0 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>, tensor<1x8x2xi32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x2xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x2xf32>, tensor<1x8x2xi32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %l, %dq : tensor<f32>, tensor<1x8x2x4xf32>
}

// More than a quarter of the keys: reading the scores again is cheaper, unless told otherwise.
// CHECK-LABEL: func.func @large
// CHECK-COUNT-1: dsa.index_scores %
// CHECK-NOT: dsa.index_scores %
// ANY-LABEL: func.func @large
// ANY-COUNT-3: dsa.index_scores %
func.func @large(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>)
    -> (tensor<f32>, tensor<1x8x2x4xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %i = dsa.top_k %s {causal, k = 3 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x3xi32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse indices(%i) {causal, scale = 1.0 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>, tensor<1x8x3xi32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x3xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x3xf32>, tensor<1x8x3xi32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %l, %dq : tensor<f32>, tensor<1x8x2x4xf32>
}

// CHECK-LABEL: func.func @read_whole
// CHECK-COUNT-1: dsa.index_scores %
// CHECK-NOT: dsa.index_scores %
func.func @read_whole(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>)
    -> (tensor<f32>, tensor<1x8x2x4xf32>, tensor<1x8x8xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x2xi32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse indices(%i) {causal, scale = 1.0 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>, tensor<1x8x2xi32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x2xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x2xf32>, tensor<1x8x2xi32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %l, %dq, %s : tensor<f32>, tensor<1x8x2x4xf32>, tensor<1x8x8xf32>
}

// The gradient for the scores is a result, so it exists whatever its kernel makes.
// CHECK-LABEL: func.func @gradient_read_whole
// CHECK-COUNT-1: dsa.index_scores %
// CHECK-NOT: dsa.index_scores %
func.func @gradient_read_whole(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>)
    -> (tensor<f32>, tensor<1x8x2x4xf32>, tensor<1x8x8xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x2xi32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse indices(%i) {causal, scale = 1.0 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>, tensor<1x8x2xi32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x2xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x2xf32>, tensor<1x8x2xi32>) -> tensor<1x8x8xf32>
  %read = dsa.scale %ds {factor = 2.0 : f64} : (tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %l, %dq, %read : tensor<f32>, tensor<1x8x2x4xf32>, tensor<1x8x8xf32>
}

// The gradient belongs to other scores than the loss.
// CHECK-LABEL: func.func @other_weights
// CHECK-COUNT-1: dsa.index_scores %
// CHECK-NOT: dsa.index_scores %
func.func @other_weights(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>, %v: tensor<1x8x2xf32>)
    -> (tensor<f32>, tensor<1x8x2x4xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x2xi32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse indices(%i) {causal, scale = 1.0 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>, tensor<1x8x2xi32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x2xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x2xf32>, tensor<1x8x2xi32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %v : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %l, %dq : tensor<f32>, tensor<1x8x2x4xf32>
}

// A loss over all keys, and no target between it and its gradient.
// CHECK-LABEL: func.func @all_keys
// CHECK-NEXT: %[[OWN:.*]] = dsa.index_scores %arg0, %arg1, %arg2
// CHECK-NEXT: dsa.index_kl %[[OWN]], %arg3, %arg3, %arg4
// CHECK-NEXT: %[[AGAIN:.*]] = dsa.index_scores %arg0, %arg1, %arg2
// CHECK-NEXT: %[[DS:.*]] = dsa.index_kl_grad %arg5, %[[AGAIN]] attention(%arg3, %arg3, %arg4) {causal, scale = 1.500000e+00 : f64}
// CHECK-NEXT: dsa.index_scores_grad %[[DS]]
func.func @all_keys(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>)
    -> (tensor<f32>, tensor<1x8x2x4xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse {causal, scale = 1.5 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x8xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %l, %dq : tensor<f32>, tensor<1x8x2x4xf32>
}

// The target is a result: it exists, and is read.
// CHECK-LABEL: func.func @target_read_whole
// CHECK-COUNT-1: dsa.index_scores %
// CHECK-NOT: dsa.index_scores %
// CHECK-NOT: attention(
func.func @target_read_whole(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>)
    -> (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse {causal, scale = 1.0 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x8xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %p, %dq : tensor<1x8x8xf32>, tensor<1x8x2x4xf32>
}

// The gradient looks at other keys than the loss whose target it reads.
// CHECK-LABEL: func.func @other_support
// CHECK-COUNT-1: dsa.index_scores %
// CHECK-NOT: dsa.index_scores %
// CHECK-NOT: attention(
func.func @other_support(%q: tensor<1x8x2x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x8x2xf32>, %a: tensor<1x8x1x4xf32>, %lse: tensor<1x1x8xf32>, %g: tensor<f32>)
    -> (tensor<f32>, tensor<1x8x2x4xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> tensor<1x8x8xf32>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse {causal, scale = 1.0 : f64}
      : (tensor<1x8x8xf32>, tensor<1x8x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x8xf32>) -> (tensor<f32>, tensor<1x8xf32>, tensor<1x8x8xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p : (tensor<f32>, tensor<1x8x8xf32>, tensor<1x8x8xf32>) -> tensor<1x8x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xf32>, tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>) -> (tensor<1x8x2x4xf32>, tensor<1x8x4xf32>, tensor<1x8x2xf32>)
  return %l, %dq : tensor<f32>, tensor<1x8x2x4xf32>
}

// Scores that are stored as bf16 are read: making them again would spare a rounding.
// CHECK-LABEL: func.func @narrow
// CHECK-COUNT-1: dsa.index_scores %
// CHECK-NOT: dsa.index_scores %
// CHECK-NOT: attention(
func.func @narrow(%q: tensor<1x8x2x4xbf16>, %k: tensor<1x8x4xbf16>, %w: tensor<1x8x2xbf16>, %a: tensor<1x8x1x4xbf16>, %lse: tensor<1x1x8xf32>, %g: tensor<bf16>)
    -> (tensor<bf16>, tensor<1x8x2x4xbf16>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x8x2x4xbf16>, tensor<1x8x4xbf16>, tensor<1x8x2xbf16>) -> tensor<1x8x8xbf16>
  %l, %rows, %p = dsa.index_kl %s, %a, %a, %lse {causal, scale = 1.5 : f64}
      : (tensor<1x8x8xbf16>, tensor<1x8x1x4xbf16>, tensor<1x8x1x4xbf16>, tensor<1x1x8xf32>) -> (tensor<bf16>, tensor<1x8xbf16>, tensor<1x8x8xbf16>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<bf16>, tensor<1x8x8xbf16>, tensor<1x8x8xbf16>) -> tensor<1x8x8xbf16>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<1x8x8xbf16>, tensor<1x8x2x4xbf16>, tensor<1x8x4xbf16>, tensor<1x8x2xbf16>) -> (tensor<1x8x2x4xbf16>, tensor<1x8x4xbf16>, tensor<1x8x2xbf16>)
  return %l, %dq : tensor<bf16>, tensor<1x8x2x4xbf16>
}
