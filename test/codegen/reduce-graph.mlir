// Of a block of attention only the selection that a script asks for remains: no projection, no norm, no attention, no other function.
// RUN: dsa-reduce %s --dsa-reduce-graph=test=%S/Inputs/selects | FileCheck %s
// RUN: dsa-opt %s --dsa-reduce-graph=test=%S/Inputs/selects --dsa-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-reduce-graph
// COUNT-NEXT: {{[1-9][0-9]*}} tried modules that were judged
// COUNT-NEXT: {{[1-9][0-9]*}} removed changes that kept the module interesting
// RUN: not dsa-reduce %root/test/ops/silu.mlir --dsa-reduce-graph=test=%S/Inputs/selects 2>&1 | FileCheck %s --check-prefix=DULL
// DULL: error: expected '{{.*}}selects' to exit with 1 on the module as given

// CHECK: func.func @block(%[[S:.*]]: tensor<1x8x8xf32>) {
// CHECK-NEXT: dsa.top_k %[[S]] {causal, k = 2 : i64}
// CHECK-NEXT: return
// CHECK-NEXT: }
// CHECK-NOT: func.func
func.func @block(%x: tensor<1x8x16xf32>, %wq: tensor<16x16xf32>, %wk: tensor<16x16xf32>, %ww: tensor<1x16xf32>)
    -> (tensor<1x8x1x16xf32>, tensor<1x8x2xi32>) {
  %q0 = dsa.linear %x, %wq : (tensor<1x8x16xf32>, tensor<16x16xf32>) -> tensor<1x8x16xf32>
  %k0 = dsa.linear %x, %wk : (tensor<1x8x16xf32>, tensor<16x16xf32>) -> tensor<1x8x16xf32>
  %w = dsa.linear %x, %ww : (tensor<1x8x16xf32>, tensor<1x16xf32>) -> tensor<1x8x1xf32>
  %a = dsa.silu %q0 : (tensor<1x8x16xf32>) -> tensor<1x8x16xf32>
  %q = tensor.expand_shape %a [[0], [1], [2, 3]] output_shape [1, 8, 1, 16] : tensor<1x8x16xf32> into tensor<1x8x1x16xf32>
  %k = tensor.expand_shape %k0 [[0], [1], [2, 3]] output_shape [1, 8, 1, 16] : tensor<1x8x16xf32> into tensor<1x8x1x16xf32>
  %s = dsa.index_scores %q, %k0, %w
      : (tensor<1x8x1x16xf32>, tensor<1x8x16xf32>, tensor<1x8x1xf32>) -> tensor<1x8x8xf32>
  %i = dsa.top_k %s {causal, k = 2 : i64} : (tensor<1x8x8xf32>) -> tensor<1x8x2xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i {causal, scale = 0.25 : f64}
      : (tensor<1x8x1x16xf32>, tensor<1x8x1x16xf32>, tensor<1x8x1x16xf32>, tensor<1x8x2xi32>)
      -> (tensor<1x8x1x16xf32>, tensor<1x1x8xf32>)
  return %o, %i : tensor<1x8x1x16xf32>, tensor<1x8x2xi32>
}
func.func @aside(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = dsa.silu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
