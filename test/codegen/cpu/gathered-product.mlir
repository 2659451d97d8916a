// A selection much smaller than the past is gathered query by query: forward and backward, dropout, grouped heads.
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-opt %s --dsa-graph-pipeline --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s
// Keys and values are copied to pieces of one head; masked tiles would take two phases.
// CHECK: module @sparse_attention_0_cpu
// CHECK: func.func @sparse_attention_0_phase2
// CHECK: module @sparse_attention_grad_0_cpu
func.func @gather(%q: tensor<2x37x4x9xf32>, %k: tensor<2x37x2x9xf32>, %v: tensor<2x37x2x5xf32>, %s: tensor<2x37x37xf32>, %g: tensor<2x37x4x5xf32>, %key: tensor<4xi32>) -> (tensor<2x37x4x5xf32>, tensor<2x4x37xf32>, tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>) {
  %i = dsa.top_k %s {causal, k = 3 : i64} : (tensor<2x37x37xf32>) -> tensor<2x37x3xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>, tensor<2x37x3xi32>, tensor<4xi32>) -> (tensor<2x37x4x5xf32>, tensor<2x4x37xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x37x4x5xf32>, tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>, tensor<2x37x3xi32>, tensor<2x37x4x5xf32>, tensor<2x4x37xf32>, tensor<4xi32>) -> (tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>)
  return %o, %lse, %dq, %dk, %dv : tensor<2x37x4x5xf32>, tensor<2x4x37xf32>, tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>
}
