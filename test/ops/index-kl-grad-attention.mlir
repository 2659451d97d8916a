// The gradient of an index loss that makes the attention again instead of reading the target: each row as with the target.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --target=cpu --against=reference --threads=3
// RUN: dsa-run %s --target=cpu --against=reference --vector=sse
// RUN: dsa-run %s --every-form

// One head; keys score 0 and ln 3, so p = (1/4, 3/4), against a uniform softmax. Two rows count.
// CHECK: @values
// CHECK: ds f32[1x2x2] = {{\[\[\[}}0, 0], [{{0.50*|0.49999[0-9]*}}, {{-0.50*|-0.49999[0-9]*}}]]]
func.func @values() -> (tensor<1x2x2xf32> {dsa.name = "ds"}) {
  %g = arith.constant dense<4.0> : tensor<f32>
  %s = arith.constant dense<[[[5.0, 9.0], [2.0, 2.0]]]> : tensor<1x2x2xf32>
  %q = arith.constant dense<2.0> : tensor<1x2x1x1xf32>
  %k = arith.constant dense<[[[[0.0]], [[1.0986122886681098]]]]> : tensor<1x2x1x1xf32>
  %lse = arith.constant dense<0.0> : tensor<1x1x2xf32>
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) {causal, scale = 0.5 : f64}
      : (tensor<f32>, tensor<1x2x2xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x1x2xf32>) -> tensor<1x2x2xf32>
  return %ds : tensor<1x2x2xf32>
}

// With and without the target: the same numbers.
// CHECK: @both
// CHECK: read f32[2x5x7] = [[DS:.*]]
// CHECK: made f32[2x5x7] = [[DS]]
func.func @both(%g: tensor<f32>, %s: tensor<2x5x7xf32>, %q: tensor<2x5x4x3xf32>, %k: tensor<2x7x2x3xf32>) -> (tensor<2x5x7xf32> {dsa.name = "read"}, tensor<2x5x7xf32> {dsa.name = "made"}) {
  %offset = arith.constant dense<-1> : tensor<i32>
  %o, %lse = dsa.attention %q, %k, %k offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x4x3xf32>, tensor<2x7x2x3xf32>, tensor<2x7x2x3xf32>, tensor<i32>) -> (tensor<2x5x4x3xf32>, tensor<2x4x5xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x7xf32>, tensor<2x5x4x3xf32>, tensor<2x7x2x3xf32>, tensor<2x4x5xf32>, tensor<i32>) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x7xf32>)
  %read = dsa.index_kl_grad %g, %s, %p offset(%offset) {causal} : (tensor<f32>, tensor<2x5x7xf32>, tensor<2x5x7xf32>, tensor<i32>) -> tensor<2x5x7xf32>
  %made = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) offset(%offset) {causal, scale = 0.3 : f64} : (tensor<f32>, tensor<2x5x7xf32>, tensor<2x5x4x3xf32>, tensor<2x7x2x3xf32>, tensor<2x4x5xf32>, tensor<i32>) -> tensor<2x5x7xf32>
  return %read, %made : tensor<2x5x7xf32>, tensor<2x5x7xf32>
}

func.func @one(%g: tensor<f32>, %s: tensor<1x1x1xf32>, %q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>) -> tensor<1x1x1xf32> {
  %o, %lse = dsa.attention %q, %k, %k {causal, scale = 0.3 : f64} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) {causal, scale = 0.3 : f64} : (tensor<f32>, tensor<1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  return %ds : tensor<1x1x1xf32>
}

func.func @odd(%g: tensor<f32>, %s: tensor<2x7x13xf32>, %q: tensor<2x7x6x5xf32>, %k: tensor<2x13x3x5xf32>) -> tensor<2x7x13xf32> {
  %o, %lse = dsa.attention %q, %k, %k {scale = 0.3 : f64} : (tensor<2x7x6x5xf32>, tensor<2x13x3x5xf32>, tensor<2x13x3x5xf32>) -> (tensor<2x7x6x5xf32>, tensor<2x6x7xf32>)
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) {scale = 0.3 : f64} : (tensor<f32>, tensor<2x7x13xf32>, tensor<2x7x6x5xf32>, tensor<2x13x3x5xf32>, tensor<2x6x7xf32>) -> tensor<2x7x13xf32>
  return %ds : tensor<2x7x13xf32>
}

func.func @blocks(%g: tensor<f32>, %s: tensor<1x67x67xf32>, %q: tensor<1x67x2x31xf32>, %k: tensor<1x67x2x31xf32>) -> tensor<1x67x67xf32> {
  %o, %lse = dsa.attention %q, %k, %k {causal, scale = 0.3 : f64} : (tensor<1x67x2x31xf32>, tensor<1x67x2x31xf32>, tensor<1x67x2x31xf32>) -> (tensor<1x67x2x31xf32>, tensor<1x2x67xf32>)
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) {causal, scale = 0.3 : f64} : (tensor<f32>, tensor<1x67x67xf32>, tensor<1x67x2x31xf32>, tensor<1x67x2x31xf32>, tensor<1x2x67xf32>) -> tensor<1x67x67xf32>
  return %ds : tensor<1x67x67xf32>
}

func.func @shifted(%g: tensor<f32>, %s: tensor<2x5x21xf32>, %q: tensor<2x5x2x8xf32>, %k: tensor<2x21x1x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 9>}) -> tensor<2x5x21xf32> {
  %o, %lse = dsa.attention %q, %k, %k offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x2x8xf32>, tensor<2x21x1x8xf32>, tensor<2x21x1x8xf32>, tensor<i32>) -> (tensor<2x5x2x8xf32>, tensor<2x2x5xf32>)
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) offset(%offset) {causal, scale = 0.3 : f64} : (tensor<f32>, tensor<2x5x21xf32>, tensor<2x5x2x8xf32>, tensor<2x21x1x8xf32>, tensor<2x2x5xf32>, tensor<i32>) -> tensor<2x5x21xf32>
  return %ds : tensor<2x5x21xf32>
}

func.func @before_the_first(%g: tensor<f32>, %s: tensor<2x5x9xf32>, %q: tensor<2x5x2x8xf32>, %k: tensor<2x9x1x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: -4, -1>}) -> tensor<2x5x9xf32> {
  %o, %lse = dsa.attention %q, %k, %k offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x2x8xf32>, tensor<2x9x1x8xf32>, tensor<2x9x1x8xf32>, tensor<i32>) -> (tensor<2x5x2x8xf32>, tensor<2x2x5xf32>)
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) offset(%offset) {causal, scale = 0.3 : f64} : (tensor<f32>, tensor<2x5x9xf32>, tensor<2x5x2x8xf32>, tensor<2x9x1x8xf32>, tensor<2x2x5xf32>, tensor<i32>) -> tensor<2x5x9xf32>
  return %ds : tensor<2x5x9xf32>
}

func.func @packed(%g: tensor<f32>, %s: tensor<2x19x23xf32>, %q: tensor<2x19x2x8xf32>, %k: tensor<2x23x1x8xf32>, %qs: tensor<2x19xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}) -> tensor<2x19x23xf32> {
  %o, %lse = dsa.attention %q, %k, %k segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<2x19x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> (tensor<2x19x2x8xf32>, tensor<2x2x19xf32>)
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<f32>, tensor<2x19x23xf32>, tensor<2x19x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x2x19xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> tensor<2x19x23xf32>
  return %ds : tensor<2x19x23xf32>
}

func.func @packed_and_causal(%g: tensor<f32>, %s: tensor<2x35x35xf32>, %q: tensor<2x35x2x8xf32>, %k: tensor<2x35x1x8xf32>, %qs: tensor<2x35xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x35xi32> {dsa.range = array<i64: 0, 2>}) -> tensor<2x35x35xf32> {
  %o, %lse = dsa.attention %q, %k, %k segments(%qs, %ks) {causal, scale = 0.3 : f64} : (tensor<2x35x2x8xf32>, tensor<2x35x1x8xf32>, tensor<2x35x1x8xf32>, tensor<2x35xi32>, tensor<2x35xi32>) -> (tensor<2x35x2x8xf32>, tensor<2x2x35xf32>)
  %ds = dsa.index_kl_grad %g, %s attention(%q, %k, %lse) segments(%qs, %ks) {causal, scale = 0.3 : f64} : (tensor<f32>, tensor<2x35x35xf32>, tensor<2x35x2x8xf32>, tensor<2x35x1x8xf32>, tensor<2x2x35xf32>, tensor<2x35xi32>, tensor<2x35xi32>) -> tensor<2x35x35xf32>
  return %ds : tensor<2x35x35xf32>
}
