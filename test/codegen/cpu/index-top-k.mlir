// Scores and selection in one kernel: keys packed, then blocks of queries; no buffer of all scores, scratch that the
// length does not change.
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-opt %s --dsa-graph-pipeline --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s
// CHECK: module @index_scores_top_k_0_cpu attributes {dsa.scratch_bytes = [[SCRATCH:[0-9]+]] : i64
// CHECK: index_scores_top_k_0_phase1
// CHECK-NOT: _phase2
// CHECK: module @index_scores_top_k_1_cpu attributes {dsa.scratch_bytes = [[SCRATCH]] : i64
func.func @short(%q: tensor<1x2000x1x3xf32>, %k: tensor<1x2000x3xf32>, %w: tensor<1x2000x1xf32>) -> tensor<1x2000x300xi32> {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x2000x1x3xf32>, tensor<1x2000x3xf32>, tensor<1x2000x1xf32>) -> tensor<1x2000x2000xf32>
  %i = dsa.top_k %s {causal, k = 300 : i64} : (tensor<1x2000x2000xf32>) -> tensor<1x2000x300xi32>
  return %i : tensor<1x2000x300xi32>
}

func.func @long(%q: tensor<1x5x1x3xf32>, %k: tensor<1x4001x3xf32>, %w: tensor<1x5x1xf32>, %offset: tensor<i32> {dsa.range = array<i64: 3900, 3996>}) -> tensor<1x5x300xi32> {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x5x1x3xf32>, tensor<1x4001x3xf32>, tensor<1x5x1xf32>) -> tensor<1x5x4001xf32>
  %i = dsa.top_k %s offset(%offset) {causal, k = 300 : i64} : (tensor<1x5x4001xf32>, tensor<i32>) -> tensor<1x5x300xi32>
  return %i : tensor<1x5x300xi32>
}
