// Many heads over one row of keys: the selected rows of one query in tiles that its heads share; ragged blocks of heads, dropout, score
// bodies, forward and backward.
// RUN: dsa-run %s --against=reference
// RUN: dsa-run %s --vector=sse --against=reference
// RUN: dsa-run %s --entry=two_blocks --outputs=%t.one
// RUN: dsa-run %s --entry=two_blocks --threads=3 --outputs=%t.three
// RUN: cmp %t.one %t.three
// RUN: dsa-opt %s --dsa-graph-pipeline --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s
// An item is one query of one sequence, of all heads; lists would take an item a head.
// CHECK: func.func @sparse_attention_0_phase1({{.*}}dsa.grid = 120 : i64
// The gradients are summed over parts of the queries: lists, attention, a sum for keys and one for values. Masked tiles take two phases.
// CHECK: module @sparse_attention_grad_0_cpu
// CHECK: func.func @sparse_attention_grad_0_phase3
func.func @dropped(%q: tensor<2x60x20x9xf32>, %k: tensor<2x60x1x9xf32>, %v: tensor<2x60x1x5xf32>, %s: tensor<2x60x60xf32>, %g: tensor<2x60x20x5xf32>, %key: tensor<4xi32>) -> (tensor<2x60x20x5xf32>, tensor<2x20x60xf32>, tensor<2x60x20x9xf32>, tensor<2x60x1x9xf32>, tensor<2x60x1x5xf32>) {
  %i = dsa.top_k %s {causal, k = 9 : i64} : (tensor<2x60x60xf32>) -> tensor<2x60x9xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x60x20x9xf32>, tensor<2x60x1x9xf32>, tensor<2x60x1x5xf32>, tensor<2x60x9xi32>, tensor<4xi32>) -> (tensor<2x60x20x5xf32>, tensor<2x20x60xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x60x20x5xf32>, tensor<2x60x20x9xf32>, tensor<2x60x1x9xf32>, tensor<2x60x1x5xf32>, tensor<2x60x9xi32>, tensor<2x60x20x5xf32>, tensor<2x20x60xf32>, tensor<4xi32>) -> (tensor<2x60x20x9xf32>, tensor<2x60x1x9xf32>, tensor<2x60x1x5xf32>)
  return %o, %lse, %dq, %dk, %dv : tensor<2x60x20x5xf32>, tensor<2x20x60xf32>, tensor<2x60x20x9xf32>, tensor<2x60x1x9xf32>, tensor<2x60x1x5xf32>
}

// Blocks of 32 and of 8 heads, two parts of the queries.
func.func @two_blocks(%q: tensor<1x270x40x33xf32>, %k: tensor<1x270x1x33xf32>, %v: tensor<1x270x1x20xf32>, %s: tensor<1x270x270xf32>, %g: tensor<1x270x40x20xf32>) -> (tensor<1x270x40x20xf32>, tensor<1x40x270xf32>, tensor<1x270x40x33xf32>, tensor<1x270x1x33xf32>, tensor<1x270x1x20xf32>) {
  %i = dsa.top_k %s {causal, k = 10 : i64} : (tensor<1x270x270xf32>) -> tensor<1x270x10xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64} : (tensor<1x270x40x33xf32>, tensor<1x270x1x33xf32>, tensor<1x270x1x20xf32>, tensor<1x270x10xi32>) -> (tensor<1x270x40x20xf32>, tensor<1x40x270xf32>) score {
  ^bb0(%score: f32, %query: f32, %place: f32, %head: f32):
    %none = arith.constant 0xFF800000 : f32
    %low = arith.constant -0.2 : f32
    %step = arith.constant 0.05 : f32
    %bias = arith.mulf %head, %step : f32
    %biased = arith.addf %score, %bias : f32
    %x = math.tanh %biased : f32
    %out = arith.cmpf olt, %score, %low : f32
    %y = arith.select %out, %none, %x : f32
    dsa.yield %y : f32
  }
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64} : (tensor<1x270x40x20xf32>, tensor<1x270x40x33xf32>, tensor<1x270x1x33xf32>, tensor<1x270x1x20xf32>, tensor<1x270x10xi32>, tensor<1x270x40x20xf32>, tensor<1x40x270xf32>) -> (tensor<1x270x40x33xf32>, tensor<1x270x1x33xf32>, tensor<1x270x1x20xf32>) score {
  ^bb0(%score: f32, %query: f32, %place: f32, %head: f32):
    %none = arith.constant 0xFF800000 : f32
    %low = arith.constant -0.2 : f32
    %step = arith.constant 0.05 : f32
    %bias = arith.mulf %head, %step : f32
    %biased = arith.addf %score, %bias : f32
    %x = math.tanh %biased : f32
    %out = arith.cmpf olt, %score, %low : f32
    %y = arith.select %out, %none, %x : f32
    %one = arith.constant 1.0 : f32
    %xx = arith.mulf %x, %x : f32
    %d = arith.subf %one, %xx : f32
    dsa.yield %y, %d : f32, f32
  }
  return %o, %lse, %dq, %dk, %dv : tensor<1x270x40x20xf32>, tensor<1x40x270xf32>, tensor<1x270x40x33xf32>, tensor<1x270x1x33xf32>, tensor<1x270x1x20xf32>
}

func.func @two_key_heads(%q: tensor<1x30x32x16xf32>, %k: tensor<1x100x2x16xf32>, %v: tensor<1x100x2x24xf32>, %s: tensor<1x30x100xf32>, %g: tensor<1x30x32x24xf32>, %offset: tensor<i32> {dsa.range = array<i64: 70, 71>}) -> (tensor<1x30x32x24xf32>, tensor<1x32x30xf32>, tensor<1x30x32x16xf32>, tensor<1x100x2x16xf32>, tensor<1x100x2x24xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 12 : i64} : (tensor<1x30x100xf32>, tensor<i32>) -> tensor<1x30x12xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64} : (tensor<1x30x32x16xf32>, tensor<1x100x2x16xf32>, tensor<1x100x2x24xf32>, tensor<1x30x12xi32>, tensor<i32>) -> (tensor<1x30x32x24xf32>, tensor<1x32x30xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse offset(%offset) {causal, scale = 0.3 : f64} : (tensor<1x30x32x24xf32>, tensor<1x30x32x16xf32>, tensor<1x100x2x16xf32>, tensor<1x100x2x24xf32>, tensor<1x30x12xi32>, tensor<1x30x32x24xf32>, tensor<1x32x30xf32>, tensor<i32>) -> (tensor<1x30x32x16xf32>, tensor<1x100x2x16xf32>, tensor<1x100x2x24xf32>)
  return %o, %lse, %dq, %dk, %dv : tensor<1x30x32x24xf32>, tensor<1x32x30xf32>, tensor<1x30x32x16xf32>, tensor<1x100x2x16xf32>, tensor<1x100x2x24xf32>
}

// All queries select the same keys.
func.func @same_keys(%q: tensor<1x40x32x8xf32>, %k: tensor<1x64x1x8xf32>, %v: tensor<1x64x1x8xf32>, %g: tensor<1x40x32x8xf32>) -> (tensor<1x40x32x8xf32>, tensor<1x32x40xf32>, tensor<1x40x32x8xf32>, tensor<1x64x1x8xf32>, tensor<1x64x1x8xf32>) {
  %s = arith.constant dense<0.0> : tensor<1x40x64xf32>
  %i = dsa.top_k %s {k = 12 : i64} : (tensor<1x40x64xf32>) -> tensor<1x40x12xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {scale = 0.3 : f64} : (tensor<1x40x32x8xf32>, tensor<1x64x1x8xf32>, tensor<1x64x1x8xf32>, tensor<1x40x12xi32>) -> (tensor<1x40x32x8xf32>, tensor<1x32x40xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse {scale = 0.3 : f64} : (tensor<1x40x32x8xf32>, tensor<1x40x32x8xf32>, tensor<1x64x1x8xf32>, tensor<1x64x1x8xf32>, tensor<1x40x12xi32>, tensor<1x40x32x8xf32>, tensor<1x32x40xf32>) -> (tensor<1x40x32x8xf32>, tensor<1x64x1x8xf32>, tensor<1x64x1x8xf32>)
  return %o, %lse, %dq, %dk, %dv : tensor<1x40x32x8xf32>, tensor<1x32x40xf32>, tensor<1x40x32x8xf32>, tensor<1x64x1x8xf32>, tensor<1x64x1x8xf32>
}
