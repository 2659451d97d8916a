// The loss of an indexer on a selection and the gradients of its scores: kernels that make the scores of selected keys only.
// RUN: dsa-opt %s --dsa-graph-pipeline | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --target=cpu --against=reference --threads=3
// RUN: dsa-run %s --target=cpu --against=reference --vector=sse
// RUN: dsa-run %s --every-form

// CHECK-LABEL: func.func @odd(
// CHECK-NOT: @index_scores_{{[0-9]}}
// CHECK: @index_scores_index_kl_
// CHECK: @index_scores_index_scores_grad_
func.func @odd(%q: tensor<2x13x3x5xf32>, %k: tensor<2x13x5xf32>, %w: tensor<2x13x3xf32>, %aq: tensor<2x13x2x4xf32>, %ak: tensor<2x13x1x4xf32>, %lse: tensor<2x2x13xf32>)
    -> (tensor<f32>, tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>) -> tensor<2x13x13xf32>
  %i = dsa.top_k %s {causal, k = 3 : i64} : (tensor<2x13x13xf32>) -> tensor<2x13x3xi32>
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse indices(%i) {causal, scale = 2.0 : f64}
      : (tensor<2x13x13xf32>, tensor<2x13x2x4xf32>, tensor<2x13x1x4xf32>, tensor<2x2x13xf32>, tensor<2x13x3xi32>) -> (tensor<f32>, tensor<2x13xf32>, tensor<2x13x3xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<2x13x13xf32>, tensor<2x13x3xf32>, tensor<2x13x3xi32>) -> tensor<2x13x13xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64}
      : (tensor<2x13x13xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>)
  return %l, %dq, %dk, %dw : tensor<f32>, tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>
}

// Several blocks of queries, whose sums for keys are added up.
// CHECK-LABEL: func.func @blocks(
// CHECK-NOT: @index_scores_{{[0-9]}}
// CHECK: @index_scores_index_kl_
// CHECK: @index_scores_index_scores_grad_
func.func @blocks(%q: tensor<1x200x4x20xf32>, %k: tensor<1x200x20xf32>, %w: tensor<1x200x4xf32>, %aq: tensor<1x200x4x8xf32>, %ak: tensor<1x200x2x8xf32>, %lse: tensor<1x4x200xf32>)
    -> (tensor<f32>, tensor<1x200x4x20xf32>, tensor<1x200x20xf32>, tensor<1x200x4xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<1x200x4x20xf32>, tensor<1x200x20xf32>, tensor<1x200x4xf32>) -> tensor<1x200x200xf32>
  %i = dsa.top_k %s {causal, k = 7 : i64} : (tensor<1x200x200xf32>) -> tensor<1x200x7xi32>
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse indices(%i) {causal, scale = 2.0 : f64}
      : (tensor<1x200x200xf32>, tensor<1x200x4x8xf32>, tensor<1x200x2x8xf32>, tensor<1x4x200xf32>, tensor<1x200x7xi32>) -> (tensor<f32>, tensor<1x200xf32>, tensor<1x200x7xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x200x200xf32>, tensor<1x200x7xf32>, tensor<1x200x7xi32>) -> tensor<1x200x200xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64}
      : (tensor<1x200x200xf32>, tensor<1x200x4x20xf32>, tensor<1x200x20xf32>, tensor<1x200x4xf32>) -> (tensor<1x200x4x20xf32>, tensor<1x200x20xf32>, tensor<1x200x4xf32>)
  return %l, %dq, %dk, %dw : tensor<f32>, tensor<1x200x4x20xf32>, tensor<1x200x20xf32>, tensor<1x200x4xf32>
}

// One key a row: nothing to learn.
// CHECK-LABEL: func.func @one(
// CHECK-NOT: @index_scores_{{[0-9]}}
// CHECK: @index_scores_index_kl_
// CHECK: @index_scores_index_scores_grad_
func.func @one(%q: tensor<3x9x1x16xf32>, %k: tensor<3x9x16xf32>, %w: tensor<3x9x1xf32>, %aq: tensor<3x9x2x8xf32>, %ak: tensor<3x9x2x8xf32>, %lse: tensor<3x2x9xf32>)
    -> (tensor<f32>, tensor<3x9x1x16xf32>, tensor<3x9x16xf32>, tensor<3x9x1xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<3x9x1x16xf32>, tensor<3x9x16xf32>, tensor<3x9x1xf32>) -> tensor<3x9x9xf32>
  %i = dsa.top_k %s {causal, k = 1 : i64} : (tensor<3x9x9xf32>) -> tensor<3x9x1xi32>
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse indices(%i) {causal, scale = 2.0 : f64}
      : (tensor<3x9x9xf32>, tensor<3x9x2x8xf32>, tensor<3x9x2x8xf32>, tensor<3x2x9xf32>, tensor<3x9x1xi32>) -> (tensor<f32>, tensor<3x9xf32>, tensor<3x9x1xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<3x9x9xf32>, tensor<3x9x1xf32>, tensor<3x9x1xi32>) -> tensor<3x9x9xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64}
      : (tensor<3x9x9xf32>, tensor<3x9x1x16xf32>, tensor<3x9x16xf32>, tensor<3x9x1xf32>) -> (tensor<3x9x1x16xf32>, tensor<3x9x16xf32>, tensor<3x9x1xf32>)
  return %l, %dq, %dk, %dw : tensor<f32>, tensor<3x9x1x16xf32>, tensor<3x9x16xf32>, tensor<3x9x1xf32>
}

// Queries that stand behind 30 keys, in two segments.
// CHECK-LABEL: func.func @later(
// CHECK-NOT: @index_scores_{{[0-9]}}
// CHECK: @index_scores_index_kl_
// CHECK: @index_scores_index_scores_grad_
func.func @later(%q: tensor<2x5x2x8xf32>, %k: tensor<2x40x8xf32>, %w: tensor<2x5x2xf32>, %aq: tensor<2x5x2x4xf32>, %ak: tensor<2x40x1x4xf32>, %lse: tensor<2x2x5xf32>, %sq: tensor<2x5xi32> {dsa.range = array<i64: 0, 2>}, %sk: tensor<2x40xi32> {dsa.range = array<i64: 0, 2>})
    -> (tensor<f32>, tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>) {
  %o = arith.constant dense<30> : tensor<i32>
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>) -> tensor<2x5x40xf32>
  %i = dsa.top_k %s offset(%o) segments(%sq, %sk) {causal, k = 4 : i64} : (tensor<2x5x40xf32>, tensor<i32>, tensor<2x5xi32>, tensor<2x40xi32>) -> tensor<2x5x4xi32>
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse indices(%i) offset(%o) segments(%sq, %sk) {causal, scale = 2.0 : f64}
      : (tensor<2x5x40xf32>, tensor<2x5x2x4xf32>, tensor<2x40x1x4xf32>, tensor<2x2x5xf32>, tensor<2x5x4xi32>, tensor<i32>, tensor<2x5xi32>, tensor<2x40xi32>) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x4xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) offset(%o) segments(%sq, %sk) {causal} : (tensor<f32>, tensor<2x5x40xf32>, tensor<2x5x4xf32>, tensor<2x5x4xi32>, tensor<i32>, tensor<2x5xi32>, tensor<2x40xi32>) -> tensor<2x5x40xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64}
      : (tensor<2x5x40xf32>, tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>) -> (tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>)
  return %l, %dq, %dk, %dw : tensor<f32>, tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>
}

// A selection that is given: places without a key, keys that causality hides, a row without any.
// CHECK-LABEL: func.func @given(
// CHECK-NOT: @index_scores_{{[0-9]}}
// CHECK: @index_scores_index_kl_
// CHECK: @index_scores_index_scores_grad_
func.func @given(%q: tensor<1x4x4x4xf32>, %k: tensor<1x8x4xf32>, %w: tensor<1x4x4xf32>, %aq: tensor<1x4x1x4xf32>, %ak: tensor<1x8x1x4xf32>, %lse: tensor<1x1x4xf32>)
    -> (tensor<f32>, tensor<1x4x4x4xf32>, tensor<1x8x4xf32>, tensor<1x4x4xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<1x4x4x4xf32>, tensor<1x8x4xf32>, tensor<1x4x4xf32>) -> tensor<1x4x8xf32>
  %i = arith.constant dense<[[[-1, -1], [0, 5], [1, 2], [0, 3]]]> : tensor<1x4x2xi32>
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse indices(%i) {causal, scale = 2.0 : f64}
      : (tensor<1x4x8xf32>, tensor<1x4x1x4xf32>, tensor<1x8x1x4xf32>, tensor<1x1x4xf32>, tensor<1x4x2xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4x2xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p indices(%i) {causal} : (tensor<f32>, tensor<1x4x8xf32>, tensor<1x4x2xf32>, tensor<1x4x2xi32>) -> tensor<1x4x8xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64}
      : (tensor<1x4x8xf32>, tensor<1x4x4x4xf32>, tensor<1x8x4xf32>, tensor<1x4x4xf32>) -> (tensor<1x4x4x4xf32>, tensor<1x8x4xf32>, tensor<1x4x4xf32>)
  return %l, %dq, %dk, %dw : tensor<f32>, tensor<1x4x4x4xf32>, tensor<1x8x4xf32>, tensor<1x4x4xf32>
}
