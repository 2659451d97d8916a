// The loss of an indexer over all keys and the gradients of its scores: kernels that make the scores, and the attention to compare them with, tile by tile.
// RUN: dsa-opt %s --dsa-graph-pipeline | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --target=cpu --against=reference --threads=2
// RUN: dsa-run %s --target=cpu --against=reference --vector=sse
// RUN: dsa-run %s --every-form
// RUN: dsa-run %s --every-form --vector=sse

// Both kernels of each function make its scores.
// CHECK: dsa.kernel @index_scores_index_kl_0
// CHECK-NEXT: dsa.index_scores
// CHECK-NEXT: dsa.index_kl %
// CHECK: dsa.kernel @index_scores_index_scores_grad_0
// CHECK-NEXT: dsa.index_scores
// CHECK-NEXT: dsa.index_kl_grad {{.*}} attention(
// CHECK-NEXT: dsa.index_scores_grad

// CHECK-LABEL: func.func @odd(
// CHECK-NOT: tensor<2x13x13xf32>
// CHECK: return
func.func @odd(%q: tensor<2x13x3x5xf32>, %k: tensor<2x13x5xf32>, %w: tensor<2x13x3xf32>, %aq: tensor<2x13x2x4xf32>, %ak: tensor<2x13x1x4xf32>)
    -> (tensor<f32>, tensor<2x13xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>) -> tensor<2x13x13xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak {causal, scale = 0.5 : f64} : (tensor<2x13x2x4xf32>, tensor<2x13x1x4xf32>, tensor<2x13x1x4xf32>) -> (tensor<2x13x2x4xf32>, tensor<2x2x13xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse {causal, scale = 0.5 : f64}
      : (tensor<2x13x13xf32>, tensor<2x13x2x4xf32>, tensor<2x13x1x4xf32>, tensor<2x2x13xf32>) -> (tensor<f32>, tensor<2x13xf32>, tensor<2x13x13xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<2x13x13xf32>, tensor<2x13x13xf32>) -> tensor<2x13x13xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<2x13x13xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<2x13xf32>, tensor<2x13x3x5xf32>, tensor<2x13x5xf32>, tensor<2x13x3xf32>
}

// Several blocks of queries, whose sums for keys are added up; the last tile of queries is ragged, and so is the last panel of keys.
// CHECK-LABEL: func.func @blocks(
// CHECK-NOT: tensor<1x203x203xf32>
// CHECK: return
func.func @blocks(%q: tensor<1x203x4x20xf32>, %k: tensor<1x203x20xf32>, %w: tensor<1x203x4xf32>, %aq: tensor<1x203x4x8xf32>, %ak: tensor<1x203x2x8xf32>)
    -> (tensor<f32>, tensor<1x203xf32>, tensor<1x203x4x20xf32>, tensor<1x203x20xf32>, tensor<1x203x4xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<1x203x4x20xf32>, tensor<1x203x20xf32>, tensor<1x203x4xf32>) -> tensor<1x203x203xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak {causal, scale = 0.5 : f64} : (tensor<1x203x4x8xf32>, tensor<1x203x2x8xf32>, tensor<1x203x2x8xf32>) -> (tensor<1x203x4x8xf32>, tensor<1x4x203xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse {causal, scale = 0.5 : f64}
      : (tensor<1x203x203xf32>, tensor<1x203x4x8xf32>, tensor<1x203x2x8xf32>, tensor<1x4x203xf32>) -> (tensor<f32>, tensor<1x203xf32>, tensor<1x203x203xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x203x203xf32>, tensor<1x203x203xf32>) -> tensor<1x203x203xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<1x203x203xf32>, tensor<1x203x4x20xf32>, tensor<1x203x20xf32>, tensor<1x203x4xf32>) -> (tensor<1x203x4x20xf32>, tensor<1x203x20xf32>, tensor<1x203x4xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<1x203xf32>, tensor<1x203x4x20xf32>, tensor<1x203x20xf32>, tensor<1x203x4xf32>
}

// One token: nothing to learn.
// CHECK-LABEL: func.func @one_key(
// CHECK-NOT: tensor<3x1x1xf32>
// CHECK: return
func.func @one_key(%q: tensor<3x1x2x16xf32>, %k: tensor<3x1x16xf32>, %w: tensor<3x1x2xf32>, %aq: tensor<3x1x2x8xf32>, %ak: tensor<3x1x2x8xf32>)
    -> (tensor<f32>, tensor<3x1xf32>, tensor<3x1x2x16xf32>, tensor<3x1x16xf32>, tensor<3x1x2xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w : (tensor<3x1x2x16xf32>, tensor<3x1x16xf32>, tensor<3x1x2xf32>) -> tensor<3x1x1xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak {causal, scale = 0.5 : f64} : (tensor<3x1x2x8xf32>, tensor<3x1x2x8xf32>, tensor<3x1x2x8xf32>) -> (tensor<3x1x2x8xf32>, tensor<3x2x1xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse {causal, scale = 0.5 : f64}
      : (tensor<3x1x1xf32>, tensor<3x1x2x8xf32>, tensor<3x1x2x8xf32>, tensor<3x2x1xf32>) -> (tensor<f32>, tensor<3x1xf32>, tensor<3x1x1xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<3x1x1xf32>, tensor<3x1x1xf32>) -> tensor<3x1x1xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w : (tensor<3x1x1xf32>, tensor<3x1x2x16xf32>, tensor<3x1x16xf32>, tensor<3x1x2xf32>) -> (tensor<3x1x2x16xf32>, tensor<3x1x16xf32>, tensor<3x1x2xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<3x1xf32>, tensor<3x1x2x16xf32>, tensor<3x1x16xf32>, tensor<3x1x2xf32>
}

// One head of the indexer: a tile of eight queries.
// CHECK-LABEL: func.func @one_head(
// CHECK-NOT: tensor<2x45x45xf32>
// CHECK: return
func.func @one_head(%q: tensor<2x45x1x64xf32>, %k: tensor<2x45x64xf32>, %w: tensor<2x45x1xf32>, %aq: tensor<2x45x1x64xf32>, %ak: tensor<2x45x1x64xf32>)
    -> (tensor<f32>, tensor<2x45xf32>, tensor<2x45x1x64xf32>, tensor<2x45x64xf32>, tensor<2x45x1xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x45x1x64xf32>, tensor<2x45x64xf32>, tensor<2x45x1xf32>) -> tensor<2x45x45xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak {causal, scale = 0.5 : f64} : (tensor<2x45x1x64xf32>, tensor<2x45x1x64xf32>, tensor<2x45x1x64xf32>) -> (tensor<2x45x1x64xf32>, tensor<2x1x45xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse {causal, scale = 0.5 : f64}
      : (tensor<2x45x45xf32>, tensor<2x45x1x64xf32>, tensor<2x45x1x64xf32>, tensor<2x1x45xf32>) -> (tensor<f32>, tensor<2x45xf32>, tensor<2x45x45xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<2x45x45xf32>, tensor<2x45x45xf32>) -> tensor<2x45x45xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<2x45x45xf32>, tensor<2x45x1x64xf32>, tensor<2x45x64xf32>, tensor<2x45x1xf32>) -> (tensor<2x45x1x64xf32>, tensor<2x45x64xf32>, tensor<2x45x1xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<2x45xf32>, tensor<2x45x1x64xf32>, tensor<2x45x64xf32>, tensor<2x45x1xf32>
}

// More heads than a tile of registers holds, a scale below zero.
// CHECK-LABEL: func.func @many_heads(
// CHECK-NOT: tensor<1x37x37xf32>
// CHECK: return
func.func @many_heads(%q: tensor<1x37x11x6xf32>, %k: tensor<1x37x6xf32>, %w: tensor<1x37x11xf32>, %aq: tensor<1x37x4x5xf32>, %ak: tensor<1x37x4x5xf32>)
    -> (tensor<f32>, tensor<1x37xf32>, tensor<1x37x11x6xf32>, tensor<1x37x6xf32>, tensor<1x37x11xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = -0.125 : f64} : (tensor<1x37x11x6xf32>, tensor<1x37x6xf32>, tensor<1x37x11xf32>) -> tensor<1x37x37xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak {causal, scale = 0.5 : f64} : (tensor<1x37x4x5xf32>, tensor<1x37x4x5xf32>, tensor<1x37x4x5xf32>) -> (tensor<1x37x4x5xf32>, tensor<1x4x37xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse {causal, scale = 0.5 : f64}
      : (tensor<1x37x37xf32>, tensor<1x37x4x5xf32>, tensor<1x37x4x5xf32>, tensor<1x4x37xf32>) -> (tensor<f32>, tensor<1x37xf32>, tensor<1x37x37xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x37x37xf32>, tensor<1x37x37xf32>) -> tensor<1x37x37xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = -0.125 : f64} : (tensor<1x37x37xf32>, tensor<1x37x11x6xf32>, tensor<1x37x6xf32>, tensor<1x37x11xf32>) -> (tensor<1x37x11x6xf32>, tensor<1x37x6xf32>, tensor<1x37x11xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<1x37xf32>, tensor<1x37x11x6xf32>, tensor<1x37x6xf32>, tensor<1x37x11xf32>
}

// Without causality, more keys than queries.
// CHECK-LABEL: func.func @every_key(
// CHECK-NOT: tensor<2x9x50xf32>
// CHECK: return
func.func @every_key(%q: tensor<2x9x4x8xf32>, %k: tensor<2x50x8xf32>, %w: tensor<2x9x4xf32>, %aq: tensor<2x9x4x6xf32>, %ak: tensor<2x50x2x6xf32>)
    -> (tensor<f32>, tensor<2x9xf32>, tensor<2x9x4x8xf32>, tensor<2x50x8xf32>, tensor<2x9x4xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x9x4x8xf32>, tensor<2x50x8xf32>, tensor<2x9x4xf32>) -> tensor<2x9x50xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak {scale = 0.5 : f64} : (tensor<2x9x4x6xf32>, tensor<2x50x2x6xf32>, tensor<2x50x2x6xf32>) -> (tensor<2x9x4x6xf32>, tensor<2x4x9xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse {scale = 0.5 : f64}
      : (tensor<2x9x50xf32>, tensor<2x9x4x6xf32>, tensor<2x50x2x6xf32>, tensor<2x4x9xf32>) -> (tensor<f32>, tensor<2x9xf32>, tensor<2x9x50xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p : (tensor<f32>, tensor<2x9x50xf32>, tensor<2x9x50xf32>) -> tensor<2x9x50xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<2x9x50xf32>, tensor<2x9x4x8xf32>, tensor<2x50x8xf32>, tensor<2x9x4xf32>) -> (tensor<2x9x4x8xf32>, tensor<2x50x8xf32>, tensor<2x9x4xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<2x9xf32>, tensor<2x9x4x8xf32>, tensor<2x50x8xf32>, tensor<2x9x4xf32>
}

// More queries than keys.
// CHECK-LABEL: func.func @fewer_keys(
// CHECK-NOT: tensor<1x70x21xf32>
// CHECK: return
func.func @fewer_keys(%q: tensor<1x70x2x8xf32>, %k: tensor<1x21x8xf32>, %w: tensor<1x70x2xf32>, %aq: tensor<1x70x2x8xf32>, %ak: tensor<1x21x1x8xf32>)
    -> (tensor<f32>, tensor<1x70xf32>, tensor<1x70x2x8xf32>, tensor<1x21x8xf32>, tensor<1x70x2xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<1x70x2x8xf32>, tensor<1x21x8xf32>, tensor<1x70x2xf32>) -> tensor<1x70x21xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak {causal, scale = 0.5 : f64} : (tensor<1x70x2x8xf32>, tensor<1x21x1x8xf32>, tensor<1x21x1x8xf32>) -> (tensor<1x70x2x8xf32>, tensor<1x2x70xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse {causal, scale = 0.5 : f64}
      : (tensor<1x70x21xf32>, tensor<1x70x2x8xf32>, tensor<1x21x1x8xf32>, tensor<1x2x70xf32>) -> (tensor<f32>, tensor<1x70xf32>, tensor<1x70x21xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p {causal} : (tensor<f32>, tensor<1x70x21xf32>, tensor<1x70x21xf32>) -> tensor<1x70x21xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<1x70x21xf32>, tensor<1x70x2x8xf32>, tensor<1x21x8xf32>, tensor<1x70x2xf32>) -> (tensor<1x70x2x8xf32>, tensor<1x21x8xf32>, tensor<1x70x2xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<1x70xf32>, tensor<1x70x2x8xf32>, tensor<1x21x8xf32>, tensor<1x70x2xf32>
}

// Queries that stand behind 30 keys.
// CHECK-LABEL: func.func @later(
// CHECK-NOT: tensor<2x5x40xf32>
// CHECK: return
func.func @later(%q: tensor<2x5x2x8xf32>, %k: tensor<2x40x8xf32>, %w: tensor<2x5x2xf32>, %aq: tensor<2x5x2x4xf32>, %ak: tensor<2x40x1x4xf32>)
    -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>) {
  %o = arith.constant dense<30> : tensor<i32>
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>) -> tensor<2x5x40xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak offset(%o) {causal, scale = 0.5 : f64} : (tensor<2x5x2x4xf32>, tensor<2x40x1x4xf32>, tensor<2x40x1x4xf32>, tensor<i32>) -> (tensor<2x5x2x4xf32>, tensor<2x2x5xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse offset(%o) {causal, scale = 0.5 : f64}
      : (tensor<2x5x40xf32>, tensor<2x5x2x4xf32>, tensor<2x40x1x4xf32>, tensor<2x2x5xf32>, tensor<i32>) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x40xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p offset(%o) {causal} : (tensor<f32>, tensor<2x5x40xf32>, tensor<2x5x40xf32>, tensor<i32>) -> tensor<2x5x40xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<2x5x40xf32>, tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>) -> (tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<2x5xf32>, tensor<2x5x2x8xf32>, tensor<2x40x8xf32>, tensor<2x5x2xf32>
}

// The first queries stand before every key: rows without a loss.
// CHECK-LABEL: func.func @earlier(
// CHECK-NOT: tensor<2x40x33xf32>
// CHECK: return
func.func @earlier(%q: tensor<2x40x4x8xf32>, %k: tensor<2x33x8xf32>, %w: tensor<2x40x4xf32>, %aq: tensor<2x40x2x4xf32>, %ak: tensor<2x33x1x4xf32>)
    -> (tensor<f32>, tensor<2x40xf32>, tensor<2x40x4x8xf32>, tensor<2x33x8xf32>, tensor<2x40x4xf32>) {
  %o = arith.constant dense<-3> : tensor<i32>
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x40x4x8xf32>, tensor<2x33x8xf32>, tensor<2x40x4xf32>) -> tensor<2x40x33xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak offset(%o) {causal, scale = 0.5 : f64} : (tensor<2x40x2x4xf32>, tensor<2x33x1x4xf32>, tensor<2x33x1x4xf32>, tensor<i32>) -> (tensor<2x40x2x4xf32>, tensor<2x2x40xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse offset(%o) {causal, scale = 0.5 : f64}
      : (tensor<2x40x33xf32>, tensor<2x40x2x4xf32>, tensor<2x33x1x4xf32>, tensor<2x2x40xf32>, tensor<i32>) -> (tensor<f32>, tensor<2x40xf32>, tensor<2x40x33xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p offset(%o) {causal} : (tensor<f32>, tensor<2x40x33xf32>, tensor<2x40x33xf32>, tensor<i32>) -> tensor<2x40x33xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<2x40x33xf32>, tensor<2x40x4x8xf32>, tensor<2x33x8xf32>, tensor<2x40x4xf32>) -> (tensor<2x40x4x8xf32>, tensor<2x33x8xf32>, tensor<2x40x4xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<2x40xf32>, tensor<2x40x4x8xf32>, tensor<2x33x8xf32>, tensor<2x40x4xf32>
}

// Documents; some queries see no key of theirs.
// CHECK-LABEL: func.func @packed(
// CHECK-NOT: tensor<2x19x23xf32>
// CHECK: return
func.func @packed(%q: tensor<2x19x4x8xf32>, %k: tensor<2x23x8xf32>, %w: tensor<2x19x4xf32>, %aq: tensor<2x19x2x8xf32>, %ak: tensor<2x23x1x8xf32>, %sq: tensor<2x19xi32> {dsa.range = array<i64: 0, 4>}, %sk: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>})
    -> (tensor<f32>, tensor<2x19xf32>, tensor<2x19x4x8xf32>, tensor<2x23x8xf32>, tensor<2x19x4xf32>) {
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x19x4x8xf32>, tensor<2x23x8xf32>, tensor<2x19x4xf32>) -> tensor<2x19x23xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak segments(%sq, %sk) {scale = 0.5 : f64} : (tensor<2x19x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> (tensor<2x19x2x8xf32>, tensor<2x2x19xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse segments(%sq, %sk) {scale = 0.5 : f64}
      : (tensor<2x19x23xf32>, tensor<2x19x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x2x19xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> (tensor<f32>, tensor<2x19xf32>, tensor<2x19x23xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p segments(%sq, %sk) : (tensor<f32>, tensor<2x19x23xf32>, tensor<2x19x23xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> tensor<2x19x23xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<2x19x23xf32>, tensor<2x19x4x8xf32>, tensor<2x23x8xf32>, tensor<2x19x4xf32>) -> (tensor<2x19x4x8xf32>, tensor<2x23x8xf32>, tensor<2x19x4xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<2x19xf32>, tensor<2x19x4x8xf32>, tensor<2x23x8xf32>, tensor<2x19x4xf32>
}

// CHECK-LABEL: func.func @packed_and_later(
// CHECK-NOT: tensor<2x35x40xf32>
// CHECK: return
func.func @packed_and_later(%q: tensor<2x35x1x8xf32>, %k: tensor<2x40x8xf32>, %w: tensor<2x35x1xf32>, %aq: tensor<2x35x2x4xf32>, %ak: tensor<2x40x1x4xf32>, %sq: tensor<2x35xi32> {dsa.range = array<i64: 0, 4>}, %sk: tensor<2x40xi32> {dsa.range = array<i64: 0, 2>})
    -> (tensor<f32>, tensor<2x35xf32>, tensor<2x35x1x8xf32>, tensor<2x40x8xf32>, tensor<2x35x1xf32>) {
  %o = arith.constant dense<5> : tensor<i32>
  %g = arith.constant dense<4096.0> : tensor<f32>
  %s = dsa.index_scores %q, %k, %w {scale = 2.0 : f64} : (tensor<2x35x1x8xf32>, tensor<2x40x8xf32>, tensor<2x35x1xf32>) -> tensor<2x35x40xf32>
  %a, %lse = dsa.attention %aq, %ak, %ak offset(%o) segments(%sq, %sk) {causal, scale = 0.5 : f64} : (tensor<2x35x2x4xf32>, tensor<2x40x1x4xf32>, tensor<2x40x1x4xf32>, tensor<i32>, tensor<2x35xi32>, tensor<2x40xi32>) -> (tensor<2x35x2x4xf32>, tensor<2x2x35xf32>)
  %l, %rows, %p = dsa.index_kl %s, %aq, %ak, %lse offset(%o) segments(%sq, %sk) {causal, scale = 0.5 : f64}
      : (tensor<2x35x40xf32>, tensor<2x35x2x4xf32>, tensor<2x40x1x4xf32>, tensor<2x2x35xf32>, tensor<i32>, tensor<2x35xi32>, tensor<2x40xi32>) -> (tensor<f32>, tensor<2x35xf32>, tensor<2x35x40xf32>)
  %ds = dsa.index_kl_grad %g, %s, %p offset(%o) segments(%sq, %sk) {causal} : (tensor<f32>, tensor<2x35x40xf32>, tensor<2x35x40xf32>, tensor<i32>, tensor<2x35xi32>, tensor<2x40xi32>) -> tensor<2x35x40xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 2.0 : f64} : (tensor<2x35x40xf32>, tensor<2x35x1x8xf32>, tensor<2x40x8xf32>, tensor<2x35x1xf32>) -> (tensor<2x35x1x8xf32>, tensor<2x40x8xf32>, tensor<2x35x1xf32>)
  return %l, %rows, %dq, %dk, %dw : tensor<f32>, tensor<2x35xf32>, tensor<2x35x1x8xf32>, tensor<2x40x8xf32>, tensor<2x35x1xf32>
}
