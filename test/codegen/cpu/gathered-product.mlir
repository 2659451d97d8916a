// A selection much smaller than the past: what many queries of a block share is tiled, the rest gathered query by query; forward and
// backward, dropout, score bodies, grouped heads, several ranges of keys.
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --target=cpu --vector=sse --against=reference
// RUN: dsa-run %s --entry=mixed --outputs=%t.one
// RUN: dsa-run %s --entry=mixed --threads=3 --outputs=%t.three
// RUN: cmp %t.one %t.three
// RUN: dsa-opt %s --dsa-graph-pipeline --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s
// One phase makes the lists, two copy keys and values to pieces of one head; masked tiles would take two phases in all.
// CHECK: module @sparse_attention_0_cpu
// CHECK: func.func @sparse_attention_0_phase3
// CHECK: module @sparse_attention_grad_0_cpu
// All keys of this block are shared.
func.func @gather(%q: tensor<2x37x4x9xf32>, %k: tensor<2x37x2x9xf32>, %v: tensor<2x37x2x5xf32>, %s: tensor<2x37x37xf32>, %g: tensor<2x37x4x5xf32>, %key: tensor<4xi32>) -> (tensor<2x37x4x5xf32>, tensor<2x4x37xf32>, tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>) {
  %i = dsa.top_k %s {causal, k = 3 : i64} : (tensor<2x37x37xf32>) -> tensor<2x37x3xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>, tensor<2x37x3xi32>, tensor<4xi32>) -> (tensor<2x37x4x5xf32>, tensor<2x4x37xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x37x4x5xf32>, tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>, tensor<2x37x3xi32>, tensor<2x37x4x5xf32>, tensor<2x4x37xf32>, tensor<4xi32>) -> (tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>)
  return %o, %lse, %dq, %dk, %dv : tensor<2x37x4x5xf32>, tensor<2x4x37xf32>, tensor<2x37x4x9xf32>, tensor<2x37x2x9xf32>, tensor<2x37x2x5xf32>
}

// Of two blocks some keys are shared.
func.func @mixed(%q: tensor<2x230x4x9xf32>, %k: tensor<2x230x2x9xf32>, %v: tensor<2x230x2x5xf32>, %s: tensor<2x230x230xf32>, %g: tensor<2x230x4x5xf32>, %key: tensor<4xi32>) -> (tensor<2x230x4x5xf32>, tensor<2x4x230xf32>, tensor<2x230x4x9xf32>, tensor<2x230x2x9xf32>, tensor<2x230x2x5xf32>) {
  %i = dsa.top_k %s {causal, k = 26 : i64} : (tensor<2x230x230xf32>) -> tensor<2x230x26xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x230x4x9xf32>, tensor<2x230x2x9xf32>, tensor<2x230x2x5xf32>, tensor<2x230x26xi32>, tensor<4xi32>) -> (tensor<2x230x4x5xf32>, tensor<2x4x230xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse key(%key) {causal, scale = 0.3 : f64, dropout = 0.2 : f64} : (tensor<2x230x4x5xf32>, tensor<2x230x4x9xf32>, tensor<2x230x2x9xf32>, tensor<2x230x2x5xf32>, tensor<2x230x26xi32>, tensor<2x230x4x5xf32>, tensor<2x4x230xf32>, tensor<4xi32>) -> (tensor<2x230x4x9xf32>, tensor<2x230x2x9xf32>, tensor<2x230x2x5xf32>)
  return %o, %lse, %dq, %dk, %dv : tensor<2x230x4x5xf32>, tensor<2x4x230xf32>, tensor<2x230x4x9xf32>, tensor<2x230x2x9xf32>, tensor<2x230x2x5xf32>
}

// The last queries score nothing.
func.func @many_queries(%q: tensor<1x300x1x20xf32>, %k: tensor<1x300x1x20xf32>, %v: tensor<1x300x1x40xf32>, %s: tensor<1x300x300xf32>, %g: tensor<1x300x1x40xf32>) -> (tensor<1x300x1x40xf32>, tensor<1x1x300xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x40xf32>) {
  %i = dsa.top_k %s {causal, k = 30 : i64} : (tensor<1x300x300xf32>) -> tensor<1x300x30xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 0.3 : f64} : (tensor<1x300x1x20xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x40xf32>, tensor<1x300x30xi32>) -> (tensor<1x300x1x40xf32>, tensor<1x1x300xf32>) score {
  ^bb0(%score: f32, %query: f32, %place: f32, %head: f32):
    %none = arith.constant 0xFF800000 : f32
    %low = arith.constant -0.2 : f32
    %x = math.tanh %score : f32
    %last = arith.constant 280.0 : f32
    %below = arith.cmpf olt, %score, %low : f32
    %late = arith.cmpf ogt, %query, %last : f32
    %out = arith.ori %below, %late : i1
    %y = arith.select %out, %none, %x : f32
    dsa.yield %y : f32
  }
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse {causal, scale = 0.3 : f64} : (tensor<1x300x1x40xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x40xf32>, tensor<1x300x30xi32>, tensor<1x300x1x40xf32>, tensor<1x1x300xf32>) -> (tensor<1x300x1x20xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x40xf32>) score {
  ^bb0(%score: f32, %query: f32, %place: f32, %head: f32):
    %none = arith.constant 0xFF800000 : f32
    %low = arith.constant -0.2 : f32
    %x = math.tanh %score : f32
    %last = arith.constant 280.0 : f32
    %below = arith.cmpf olt, %score, %low : f32
    %late = arith.cmpf ogt, %query, %last : f32
    %out = arith.ori %below, %late : i1
    %y = arith.select %out, %none, %x : f32
    %one = arith.constant 1.0 : f32
    %xx = arith.mulf %x, %x : f32
    %d = arith.subf %one, %xx : f32
    dsa.yield %y, %d : f32, f32
  }
  return %o, %lse, %dq, %dk, %dv : tensor<1x300x1x40xf32>, tensor<1x1x300xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x20xf32>, tensor<1x300x1x40xf32>
}

// Rows so long that the own keys of a query are taken in several ranges.
func.func @ranges_of_keys(%q: tensor<1x70x2x250xf32>, %k: tensor<1x500x2x250xf32>, %v: tensor<1x500x2x262xf32>, %s: tensor<1x70x500xf32>, %g: tensor<1x70x2x262xf32>, %offset: tensor<i32> {dsa.range = array<i64: 430, 431>}) -> (tensor<1x70x2x262xf32>, tensor<1x2x70xf32>, tensor<1x70x2x250xf32>, tensor<1x500x2x250xf32>, tensor<1x500x2x262xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 40 : i64} : (tensor<1x70x500xf32>, tensor<i32>) -> tensor<1x70x40xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %v, %i offset(%offset) {causal, scale = 0.3 : f64} : (tensor<1x70x2x250xf32>, tensor<1x500x2x250xf32>, tensor<1x500x2x262xf32>, tensor<1x70x40xi32>, tensor<i32>) -> (tensor<1x70x2x262xf32>, tensor<1x2x70xf32>)
  %dq, %dk, %dv = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %lse offset(%offset) {causal, scale = 0.3 : f64} : (tensor<1x70x2x262xf32>, tensor<1x70x2x250xf32>, tensor<1x500x2x250xf32>, tensor<1x500x2x262xf32>, tensor<1x70x40xi32>, tensor<1x70x2x262xf32>, tensor<1x2x70xf32>, tensor<i32>) -> (tensor<1x70x2x250xf32>, tensor<1x500x2x250xf32>, tensor<1x500x2x262xf32>)
  return %o, %lse, %dq, %dk, %dv : tensor<1x70x2x262xf32>, tensor<1x2x70xf32>, tensor<1x70x2x250xf32>, tensor<1x500x2x250xf32>, tensor<1x500x2x262xf32>
}
