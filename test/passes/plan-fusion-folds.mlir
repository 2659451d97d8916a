// Folds take their producers along where nobody else reads them, and say why where not.
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion=explain --dsa-outline-kernels --verify-diagnostics | FileCheck %s

// The scores never leave the kernel; slices and reshapes before the producer go along.
// CHECK: dsa.kernel @index_scores_top_k_0(%[[QKV:.*]]: tensor<1x6x12xf32>, %[[K:.*]]: tensor<1x6x4xf32>, %[[W:.*]]: tensor<1x6x2xf32>) -> tensor<1x6x3xi32>
// CHECK-NEXT: %[[SLICE:.*]] = tensor.extract_slice %[[QKV]]
// CHECK-NEXT: %[[Q:.*]] = tensor.expand_shape %[[SLICE]]
// CHECK-NEXT: %[[S:.*]] = dsa.index_scores %[[Q]], %[[K]], %[[W]]
// CHECK-NEXT: %[[I:.*]] = dsa.top_k %[[S]]
// CHECK-NEXT: dsa.yield %[[I]]
// CHECK-LABEL: func.func @fused
// CHECK-NEXT: %[[L:.*]] = dsa.launch @index_scores_top_k_0(%arg0, %arg1, %arg2)
// CHECK-NEXT: return %[[L]]
func.func @fused(%qkv: tensor<1x6x12xf32>, %k: tensor<1x6x4xf32>, %w: tensor<1x6x2xf32>) -> tensor<1x6x3xi32> {
  %slice = tensor.extract_slice %qkv[0, 0, 4] [1, 6, 8] [1, 1, 1] : tensor<1x6x12xf32> to tensor<1x6x8xf32>
  %q = tensor.expand_shape %slice [[0], [1], [2, 3]] output_shape [1, 6, 2, 4] : tensor<1x6x8xf32> into tensor<1x6x2x4xf32>
  %s = dsa.index_scores %q, %k, %w : (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> tensor<1x6x6xf32>
  // expected-remark @+1 {{fused with dsa.index_scores}}
  %i = dsa.top_k %s {causal, k = 3 : i64} : (tensor<1x6x6xf32>) -> tensor<1x6x3xi32>
  return %i : tensor<1x6x3xi32>
}

// -----

// A mask stands between them.
// CHECK: dsa.kernel @index_scores_top_k_0
// CHECK-NEXT: dsa.index_scores
// CHECK-NEXT: dsa.fill_future
// CHECK-NEXT: dsa.top_k
// CHECK-NEXT: dsa.yield
// CHECK-NOT: dsa.kernel
func.func @filled(%q: tensor<1x6x2x4xf32>, %k: tensor<1x6x4xf32>, %w: tensor<1x6x2xf32>) -> tensor<1x6x3xi32> {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> tensor<1x6x6xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x6x6xf32>) -> tensor<1x6x6xf32>
  // expected-remark @+1 {{fused with dsa.index_scores}}
  %i = dsa.top_k %f {k = 3 : i64} : (tensor<1x6x6xf32>) -> tensor<1x6x3xi32>
  return %i : tensor<1x6x3xi32>
}

// -----

// Scores that a later op reads must exist.
// CHECK: dsa.kernel @index_scores_0
// CHECK: dsa.kernel @top_k_0
// CHECK: dsa.kernel @index_scores_grad_0
func.func @read_elsewhere(%q: tensor<1x6x2x4xf32>, %k: tensor<1x6x4xf32>, %w: tensor<1x6x2xf32>) -> (tensor<1x6x3xi32>, tensor<1x6x2x4xf32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> tensor<1x6x6xf32>
  // expected-remark @+1 {{not fused with dsa.index_scores: its result is also read elsewhere}}
  %i = dsa.top_k %s {causal, k = 3 : i64} : (tensor<1x6x6xf32>) -> tensor<1x6x3xi32>
  %dq, %dk, %dw = dsa.index_scores_grad %s, %q, %k, %w : (tensor<1x6x6xf32>, tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>)
  return %i, %dq : tensor<1x6x3xi32>, tensor<1x6x2x4xf32>
}

// -----

// The mask stays with the selection that it was meant for: all of a chain or nothing.
// CHECK: dsa.kernel @index_scores_0
// CHECK: dsa.kernel @fill_future_0
// CHECK: dsa.kernel @top_k_0
func.func @returned(%q: tensor<1x6x2x4xf32>, %k: tensor<1x6x4xf32>, %w: tensor<1x6x2xf32>) -> (tensor<1x6x6xf32>, tensor<1x6x3xi32>) {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> tensor<1x6x6xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x6x6xf32>) -> tensor<1x6x6xf32>
  // expected-remark @+1 {{not fused with dsa.index_scores: its result is also read elsewhere}}
  %i = dsa.top_k %f {k = 3 : i64} : (tensor<1x6x6xf32>) -> tensor<1x6x3xi32>
  return %s, %i : tensor<1x6x6xf32>, tensor<1x6x3xi32>
}

// -----

// CHECK: dsa.kernel @top_k_0
func.func @view(%q: tensor<1x6x2x4xf32>, %k: tensor<1x6x4xf32>, %w: tensor<1x6x2xf32>) -> tensor<1x2x3xi32> {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> tensor<1x6x6xf32>
  %r = tensor.collapse_shape %s [[0, 1], [2]] : tensor<1x6x6xf32> into tensor<6x6xf32>
  %v = tensor.expand_shape %r [[0, 1], [2]] output_shape [2, 3, 6] : tensor<6x6xf32> into tensor<2x3x6xf32>
  // expected-remark @+1 {{not fused with dsa.index_scores: a view stands between them}}
  %i = dsa.top_k %v {k = 3 : i64} : (tensor<2x3x6xf32>) -> tensor<2x3x3xi32>
  %j = tensor.extract_slice %i[0, 0, 0] [1, 2, 3] [1, 1, 1] : tensor<2x3x3xi32> to tensor<1x2x3xi32>
  return %j : tensor<1x2x3xi32>
}

// -----

// A mask without a producer behind it joins nothing.
// CHECK: dsa.kernel @fill_future_0
// CHECK: dsa.kernel @top_k_0
func.func @given(%s: tensor<1x6x6xf32>) -> tensor<1x6x3xi32> {
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x6x6xf32>) -> tensor<1x6x6xf32>
  %i = dsa.top_k %f {k = 3 : i64} : (tensor<1x6x6xf32>) -> tensor<1x6x3xi32>
  return %i : tensor<1x6x3xi32>
}

// -----

// The gradient of scores for their own sake, without a loss between them.
// CHECK: dsa.kernel @index_scores_0
// CHECK: dsa.kernel @index_scores_grad_0
func.func @scores_as_gradient(%q: tensor<1x6x2x4xf32>, %k: tensor<1x6x4xf32>, %w: tensor<1x6x2xf32>) -> tensor<1x6x2x4xf32> {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> tensor<1x6x6xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %s, %q, %k, %w : (tensor<1x6x6xf32>, tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>) -> (tensor<1x6x2x4xf32>, tensor<1x6x4xf32>, tensor<1x6x2xf32>)
  return %dq : tensor<1x6x2x4xf32>
}
