// Means of the visible values where scores are equal; rows that see nothing; dropped probabilities.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @causal
// CHECK: o f32[1x3x1x1] = {{\[\[\[\[}}3]], {{\[\[}}6]], {{\[\[}}8]]]]
// CHECK: lse f32[1x1x3] = {{\[\[\[}}0, 0.693147, 1.09861]]]
func.func @causal() -> (tensor<1x3x1x1xf32> {dsa.name = "o"}, tensor<1x1x3xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x3x1x2xf32>
  %k = arith.constant dense<1.0> : tensor<1x3x1x2xf32>
  %v = arith.constant dense<[[[[3.0]], [[9.0]], [[12.0]]]]> : tensor<1x3x1x1xf32>
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 1.0 : f64}
      : (tensor<1x3x1x2xf32>, tensor<1x3x1x2xf32>, tensor<1x3x1x1xf32>) -> (tensor<1x3x1x1xf32>, tensor<1x1x3xf32>)
  return %o, %lse : tensor<1x3x1x1xf32>, tensor<1x1x3xf32>
}

// scores (0, ln 3) give probabilities (1/4, 3/4).
// CHECK: @weighted
// CHECK: o f32[1x1x1x1] = {{\[\[\[\[}}3]]]]
// CHECK: lse f32[1x1x1] = {{\[\[\[}}1.38629]]]
func.func @weighted() -> (tensor<1x1x1x1xf32> {dsa.name = "o"}, tensor<1x1x1xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<2.0> : tensor<1x1x1x1xf32>
  %k = arith.constant dense<[[[[0.0]], [[1.0986122887]]]]> : tensor<1x2x1x1xf32>
  %v = arith.constant dense<[[[[0.0]], [[4.0]]]]> : tensor<1x2x1x1xf32>
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.5 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %o, %lse : tensor<1x1x1x1xf32>, tensor<1x1x1xf32>
}

// CHECK: @blind
// CHECK: o f32[1x2x1x1] = {{\[\[\[\[}}0]], {{\[\[}}7]]]]
// CHECK: lse f32[1x1x2] = {{\[\[\[}}-inf, 0]]]
func.func @blind() -> (tensor<1x2x1x1xf32> {dsa.name = "o"}, tensor<1x1x2xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x2x1x1xf32>
  %k = arith.constant dense<1.0> : tensor<1x2x1x1xf32>
  %v = arith.constant dense<[[[[7.0]], [[8.0]]]]> : tensor<1x2x1x1xf32>
  %offset = arith.constant dense<-1> : tensor<i32>
  %o, %lse = dsa.attention %q, %k, %v offset(%offset) {causal, scale = 1.0 : f64}
      : (tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<i32>) -> (tensor<1x2x1x1xf32>, tensor<1x1x2xf32>)
  return %o, %lse : tensor<1x2x1x1xf32>, tensor<1x1x2xf32>
}

// Query heads 0, 1 read key head 0; query heads 2, 3 read key head 1.
// CHECK: @grouped
// CHECK: o f32[1x1x4x1] = {{\[\[\[\[}}1], [1], [2], [2]]]]
func.func @grouped() -> (tensor<1x1x4x1xf32> {dsa.name = "o"}) {
  %q = arith.constant dense<1.0> : tensor<1x1x4x1xf32>
  %k = arith.constant dense<1.0> : tensor<1x1x2x1xf32>
  %v = arith.constant dense<[[[[1.0], [2.0]]]]> : tensor<1x1x2x1xf32>
  %o, %lse = dsa.attention %q, %k, %v {scale = 1.0 : f64}
      : (tensor<1x1x4x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>) -> (tensor<1x1x4x1xf32>, tensor<1x4x1xf32>)
  return %o : tensor<1x1x4x1xf32>
}

// The first uniforms of key 0 are 0.399, 0.972, 0.019, 0.787: two probabilities fall, after the sum.
// CHECK: @dropped_by_hand
// CHECK: o f32[1x1x1x4] = {{\[\[\[\[}}0, 0.5, 0, 0.5]]]]
// CHECK: lse f32[1x1x1] = {{\[\[\[}}1.38629]]]
func.func @dropped_by_hand() -> (tensor<1x1x1x4xf32> {dsa.name = "o"}, tensor<1x1x1xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x1x1x1xf32>
  %k = arith.constant dense<0.0> : tensor<1x4x1x1xf32>
  %v = arith.constant dense<[[[[1.0, 0.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0, 0.0]], [[0.0, 0.0, 0.0, 1.0]]]]> : tensor<1x4x1x4xf32>
  %key = arith.constant dense<0> : tensor<4xi32>
  %o, %lse = dsa.attention %q, %k, %v key(%key) {scale = 1.0 : f64, dropout = 0.5 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x4x1x1xf32>, tensor<1x4x1x4xf32>, tensor<4xi32>) -> (tensor<1x1x1x4xf32>, tensor<1x1x1xf32>)
  return %o, %lse : tensor<1x1x1x4xf32>, tensor<1x1x1xf32>
}

func.func @one(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %o, %lse : tensor<1x1x1x1xf32>, tensor<1x1x1xf32>
}

func.func @odd(%q: tensor<2x13x3x7xf32>, %k: tensor<2x13x3x7xf32>, %v: tensor<2x13x3x5xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<2x13x3x7xf32>, tensor<2x13x3x7xf32>, tensor<2x13x3x5xf32>) -> (tensor<2x13x3x5xf32>, tensor<2x3x13xf32>)
  return %o, %lse : tensor<2x13x3x5xf32>, tensor<2x3x13xf32>
}

func.func @shared_heads(%q: tensor<1x11x6x8xf32>, %k: tensor<1x17x2x8xf32>, %v: tensor<1x17x2x16xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {scale = 0.3 : f64}
      : (tensor<1x11x6x8xf32>, tensor<1x17x2x8xf32>, tensor<1x17x2x16xf32>) -> (tensor<1x11x6x16xf32>, tensor<1x6x11xf32>)
  return %o, %lse : tensor<1x11x6x16xf32>, tensor<1x6x11xf32>
}

func.func @one_key_head(%q: tensor<2x7x4x16xf32>, %k: tensor<2x7x1x16xf32>, %v: tensor<2x7x1x8xf32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<2x7x4x16xf32>, tensor<2x7x1x16xf32>, tensor<2x7x1x8xf32>) -> (tensor<2x7x4x8xf32>, tensor<2x4x7xf32>)
  return %o, %lse : tensor<2x7x4x8xf32>, tensor<2x4x7xf32>
}

func.func @decoding(%q: tensor<1x3x2x8xf32>, %k: tensor<1x40x2x8xf32>, %v: tensor<1x40x2x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>) {
  %o, %lse = dsa.attention %q, %k, %v offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x3x2x8xf32>, tensor<1x40x2x8xf32>, tensor<1x40x2x8xf32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
  return %o, %lse : tensor<1x3x2x8xf32>, tensor<1x2x3xf32>
}

func.func @packed(%q: tensor<2x23x2x8xf32>, %k: tensor<2x23x1x8xf32>, %v: tensor<2x23x1x8xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>) {
  %o, %lse = dsa.attention %q, %k, %v segments(%qs, %ks) {causal, scale = 0.3 : f64}
      : (tensor<2x23x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> (tensor<2x23x2x8xf32>, tensor<2x2x23xf32>)
  return %o, %lse : tensor<2x23x2x8xf32>, tensor<2x2x23xf32>
}

func.func @nothing_visible(%q: tensor<1x5x2x4xf32>, %k: tensor<1x9x2x4xf32>, %v: tensor<1x9x2x4xf32>, %offset: tensor<i32> {dsa.range = array<i64: -3, -2>}) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>) {
  %o, %lse = dsa.attention %q, %k, %v offset(%offset) {causal, scale = 0.3 : f64}
      : (tensor<1x5x2x4xf32>, tensor<1x9x2x4xf32>, tensor<1x9x2x4xf32>, tensor<i32>) -> (tensor<1x5x2x4xf32>, tensor<1x2x5xf32>)
  return %o, %lse : tensor<1x5x2x4xf32>, tensor<1x2x5xf32>
}

func.func @dropped(%q: tensor<2x9x4x8xf32>, %k: tensor<2x11x2x8xf32>, %v: tensor<2x11x2x8xf32>, %key: tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>) {
  %o, %lse = dsa.attention %q, %k, %v key(%key) {scale = 0.3 : f64, dropout = 0.25 : f64}
      : (tensor<2x9x4x8xf32>, tensor<2x11x2x8xf32>, tensor<2x11x2x8xf32>, tensor<4xi32>) -> (tensor<2x9x4x8xf32>, tensor<2x4x9xf32>)
  return %o, %lse : tensor<2x9x4x8xf32>, tensor<2x4x9xf32>
}

func.func @tiles(%q: tensor<1x67x2x64xf32>, %k: tensor<1x67x2x64xf32>, %v: tensor<1x67x2x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.3 : f64}
      : (tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>, tensor<1x67x2x64xf32>) -> (tensor<1x67x2x64xf32>, tensor<1x2x67xf32>)
  return %o, %lse : tensor<1x67x2x64xf32>, tensor<1x2x67xf32>
}
