// KL of the attention of all heads from the softmax of the scores, on the keys that a row may compare.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-run %s --target=cpu --against=reference --threads=3
// RUN: dsa-run %s --target=cpu --against=reference --vector=sse

// RUN: not dsa-run %s --entry=nan --target=reference 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not dsa-run %s --entry=nan --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU-NAN
// RUN: not dsa-run %s --entry=nan_query --target=reference 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not dsa-run %s --entry=nan_query --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU-NAN
// NAN: dsa.index_kl: expected a finite loss in row 1, got nan
// CPU-NAN: index_kl_0, row 1: expected finite numbers, got NaN or infinity

// One head; keys score 0 and ln 3, so p = (1/4, 3/4), against a uniform softmax: ln 2 - H(p) = 0.130812.
// Row 0 sees one key and loses nothing, so the mean is half of row 1's.
// CHECK: @values
// CHECK: loss f32[] = 0.06540
// CHECK: rows f32[1x2] = {{\[\[}}0, 0.1308
// CHECK: p f32[1x2x2] = {{\[\[\[}}1, 0], [0.25, 0.75]]]
func.func @values() -> (tensor<f32> {dsa.name = "loss"}, tensor<1x2xf32> {dsa.name = "rows"}, tensor<1x2x2xf32> {dsa.name = "p"}) {
  %s = arith.constant dense<[[[5.0, 9.0], [2.0, 2.0]]]> : tensor<1x2x2xf32>
  %q = arith.constant dense<2.0> : tensor<1x2x1x1xf32>
  %k = arith.constant dense<[[[[0.0]], [[1.09861229]]]]> : tensor<1x2x1x1xf32>
  %o, %lse = dsa.attention %q, %k, %k {causal, scale = 0.5 : f64}
      : (tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>) -> (tensor<1x2x1x1xf32>, tensor<1x1x2xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.5 : f64}
      : (tensor<1x2x2xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x1x2xf32>) -> (tensor<f32>, tensor<1x2xf32>, tensor<1x2x2xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<1x2xf32>, tensor<1x2x2xf32>
}

// Two heads add up; on the selected keys 0 and 2 the target is normalised again. A row that selected nothing is not counted: the mean is over one row. ln 2 - H(1/3, 2/3) = 0.056633.
// CHECK: @selected
// CHECK: loss f32[] = 0.05663
// CHECK: rows f32[1x2] = {{\[\[}}0, 0.05663
// CHECK: p f32[1x2x3] = {{\[\[\[}}0, 0, 0], [0.3333{{[0-9]*}}, 0, 0.6666
func.func @selected() -> (tensor<f32> {dsa.name = "loss"}, tensor<1x2xf32> {dsa.name = "rows"}, tensor<1x2x3xf32> {dsa.name = "p"}) {
  %s = arith.constant dense<[[[5.0, 9.0, 1.0], [2.0, 7.0, 2.0]]]> : tensor<1x2x3xf32>
  %i = arith.constant dense<[[[-1, -1, -1], [0, -1, 2]]]> : tensor<1x2x3xi32>
  %lse = arith.constant dense<0.69314718> : tensor<1x2x2xf32>
  %k = arith.constant dense<[[[[0.0]], [[5.0]], [[1.38629436]]]]> : tensor<1x3x1x1xf32>
  %q = arith.constant dense<[[[[0.0], [0.0]], [[0.5], [0.5]]]]> : tensor<1x2x2x1xf32>
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) {scale = 1.0 : f64}
      : (tensor<1x2x3xf32>, tensor<1x2x2x1xf32>, tensor<1x3x1x1xf32>, tensor<1x2x2xf32>, tensor<1x2x3xi32>) -> (tensor<f32>, tensor<1x2xf32>, tensor<1x2x3xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<1x2xf32>, tensor<1x2x3xf32>
}

// No row has a key: nothing to learn, and no division by zero.
// CHECK: @nothing_visible
// CHECK: loss f32[] = 0
// CHECK: p f32[1x2x3] = {{\[\[\[}}0, 0, 0], [0, 0, 0]]]
func.func @nothing_visible() -> (tensor<f32> {dsa.name = "loss"}, tensor<1x2x3xf32> {dsa.name = "p"}) {
  %s = arith.constant dense<1.0> : tensor<1x2x3xf32>
  %q = arith.constant dense<1.0> : tensor<1x2x1x1xf32>
  %k = arith.constant dense<1.0> : tensor<1x3x1x1xf32>
  %offset = arith.constant dense<-4> : tensor<i32>
  %o, %lse = dsa.attention %q, %k, %k offset(%offset) {causal, scale = 1.0 : f64}
      : (tensor<1x2x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32>, tensor<i32>) -> (tensor<1x2x1x1xf32>, tensor<1x1x2xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse offset(%offset) {causal, scale = 1.0 : f64}
      : (tensor<1x2x3xf32>, tensor<1x2x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x1x2xf32>, tensor<i32>) -> (tensor<f32>, tensor<1x2xf32>, tensor<1x2x3xf32>)
  return %loss, %p : tensor<f32>, tensor<1x2x3xf32>
}

// Scores far apart, and attention that gives a key nothing at all: finite, the zero target skipped.
// CHECK: @far_apart
// CHECK: loss f32[] = 2000
// CHECK: p f32[1x1x3] = {{\[\[\[}}1, 0, 0]]]
func.func @far_apart() -> (tensor<f32> {dsa.name = "loss"}, tensor<1x1x3xf32> {dsa.name = "p"}) {
  %s = arith.constant dense<[[[-1000.0, 1000.0, -1000.0]]]> : tensor<1x1x3xf32>
  %q = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %k = arith.constant dense<[[[[0.0]], [[-2000.0]], [[-3000.0]]]]> : tensor<1x3x1x1xf32>
  %lse = arith.constant dense<0.0> : tensor<1x1x1xf32>
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {scale = 1.0 : f64}
      : (tensor<1x1x3xf32>, tensor<1x1x1x1xf32>, tensor<1x3x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<f32>, tensor<1x1xf32>, tensor<1x1x3xf32>)
  return %loss, %p : tensor<f32>, tensor<1x1x3xf32>
}

func.func @one(%s: tensor<1x1x1xf32>, %q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>) -> (tensor<f32>, tensor<1x1xf32>, tensor<1x1x1xf32>) {
  %o, %lse = dsa.attention %q, %k, %k {causal, scale = 0.3 : f64} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.3 : f64} : (tensor<1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<f32>, tensor<1x1xf32>, tensor<1x1x1xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<1x1xf32>, tensor<1x1x1xf32>
}

func.func @odd(%s: tensor<2x7x13xf32>, %q: tensor<2x7x6x5xf32>, %k: tensor<2x13x3x5xf32>) -> (tensor<f32>, tensor<2x7xf32>, tensor<2x7x13xf32>) {
  %o, %lse = dsa.attention %q, %k, %k {scale = 0.3 : f64} : (tensor<2x7x6x5xf32>, tensor<2x13x3x5xf32>, tensor<2x13x3x5xf32>) -> (tensor<2x7x6x5xf32>, tensor<2x6x7xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {scale = 0.3 : f64} : (tensor<2x7x13xf32>, tensor<2x7x6x5xf32>, tensor<2x13x3x5xf32>, tensor<2x6x7xf32>) -> (tensor<f32>, tensor<2x7xf32>, tensor<2x7x13xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x7xf32>, tensor<2x7x13xf32>
}

func.func @blocks(%s: tensor<1x67x67xf32>, %q: tensor<1x67x2x31xf32>, %k: tensor<1x67x2x31xf32>) -> (tensor<f32>, tensor<1x67xf32>, tensor<1x67x67xf32>) {
  %o, %lse = dsa.attention %q, %k, %k {causal, scale = 0.3 : f64} : (tensor<1x67x2x31xf32>, tensor<1x67x2x31xf32>, tensor<1x67x2x31xf32>) -> (tensor<1x67x2x31xf32>, tensor<1x2x67xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.3 : f64} : (tensor<1x67x67xf32>, tensor<1x67x2x31xf32>, tensor<1x67x2x31xf32>, tensor<1x2x67xf32>) -> (tensor<f32>, tensor<1x67xf32>, tensor<1x67x67xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<1x67xf32>, tensor<1x67x67xf32>
}

func.func @shifted(%s: tensor<2x5x21xf32>, %q: tensor<2x5x2x8xf32>, %k: tensor<2x21x1x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 9>}) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x21xf32>) {
  %o, %lse = dsa.attention %q, %k, %k offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x2x8xf32>, tensor<2x21x1x8xf32>, tensor<2x21x1x8xf32>, tensor<i32>) -> (tensor<2x5x2x8xf32>, tensor<2x2x5xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x21xf32>, tensor<2x5x2x8xf32>, tensor<2x21x1x8xf32>, tensor<2x2x5xf32>, tensor<i32>) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x21xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x5xf32>, tensor<2x5x21xf32>
}

func.func @before_the_first(%s: tensor<2x5x9xf32>, %q: tensor<2x5x2x8xf32>, %k: tensor<2x9x1x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: -4, -1>}) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x9xf32>) {
  %o, %lse = dsa.attention %q, %k, %k offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x2x8xf32>, tensor<2x9x1x8xf32>, tensor<2x9x1x8xf32>, tensor<i32>) -> (tensor<2x5x2x8xf32>, tensor<2x2x5xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse offset(%offset) {causal, scale = 0.3 : f64} : (tensor<2x5x9xf32>, tensor<2x5x2x8xf32>, tensor<2x9x1x8xf32>, tensor<2x2x5xf32>, tensor<i32>) -> (tensor<f32>, tensor<2x5xf32>, tensor<2x5x9xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x5xf32>, tensor<2x5x9xf32>
}

func.func @packed(%s: tensor<2x19x23xf32>, %q: tensor<2x19x2x8xf32>, %k: tensor<2x23x1x8xf32>, %qs: tensor<2x19xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}) -> (tensor<f32>, tensor<2x19xf32>, tensor<2x19x23xf32>) {
  %o, %lse = dsa.attention %q, %k, %k segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<2x19x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x23x1x8xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> (tensor<2x19x2x8xf32>, tensor<2x2x19xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<2x19x23xf32>, tensor<2x19x2x8xf32>, tensor<2x23x1x8xf32>, tensor<2x2x19xf32>, tensor<2x19xi32>, tensor<2x23xi32>) -> (tensor<f32>, tensor<2x19xf32>, tensor<2x19x23xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x19xf32>, tensor<2x19x23xf32>
}

func.func @odd_selection(%s: tensor<2x9x11xf32>, %q: tensor<2x9x4x5xf32>, %k: tensor<2x11x2x5xf32>) -> (tensor<f32>, tensor<2x9xf32>, tensor<2x9x6xf32>) {
  %i = dsa.top_k %s {causal, k = 6 : i64} : (tensor<2x9x11xf32>) -> tensor<2x9x6xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i {causal, scale = 0.3 : f64} : (tensor<2x9x4x5xf32>, tensor<2x11x2x5xf32>, tensor<2x11x2x5xf32>, tensor<2x9x6xi32>) -> (tensor<2x9x4x5xf32>, tensor<2x4x9xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) {causal, scale = 0.3 : f64} : (tensor<2x9x11xf32>, tensor<2x9x4x5xf32>, tensor<2x11x2x5xf32>, tensor<2x4x9xf32>, tensor<2x9x6xi32>) -> (tensor<f32>, tensor<2x9xf32>, tensor<2x9x6xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x9xf32>, tensor<2x9x6xf32>
}

func.func @gathered(%s: tensor<2x45x45xf32>, %q: tensor<2x45x4x9xf32>, %k: tensor<2x45x2x9xf32>) -> (tensor<f32>, tensor<2x45xf32>, tensor<2x45x3xf32>) {
  %i = dsa.top_k %s {causal, k = 3 : i64} : (tensor<2x45x45xf32>) -> tensor<2x45x3xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i {causal, scale = 0.3 : f64} : (tensor<2x45x4x9xf32>, tensor<2x45x2x9xf32>, tensor<2x45x2x9xf32>, tensor<2x45x3xi32>) -> (tensor<2x45x4x9xf32>, tensor<2x4x45xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) {causal, scale = 0.3 : f64} : (tensor<2x45x45xf32>, tensor<2x45x4x9xf32>, tensor<2x45x2x9xf32>, tensor<2x4x45xf32>, tensor<2x45x3xi32>) -> (tensor<f32>, tensor<2x45xf32>, tensor<2x45x3xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x45xf32>, tensor<2x45x3xf32>
}

func.func @gathered_and_packed(%s: tensor<2x33x41xf32>, %q: tensor<2x33x2x8xf32>, %k: tensor<2x41x2x8xf32>, %qs: tensor<2x33xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x41xi32> {dsa.range = array<i64: 0, 2>}) -> (tensor<f32>, tensor<2x33xf32>, tensor<2x33x4xf32>) {
  %i = dsa.top_k %s segments(%qs, %ks) {k = 4 : i64} : (tensor<2x33x41xf32>, tensor<2x33xi32>, tensor<2x41xi32>) -> tensor<2x33x4xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<2x33x2x8xf32>, tensor<2x41x2x8xf32>, tensor<2x41x2x8xf32>, tensor<2x33x4xi32>, tensor<2x33xi32>, tensor<2x41xi32>) -> (tensor<2x33x2x8xf32>, tensor<2x2x33xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<2x33x41xf32>, tensor<2x33x2x8xf32>, tensor<2x41x2x8xf32>, tensor<2x2x33xf32>, tensor<2x33x4xi32>, tensor<2x33xi32>, tensor<2x41xi32>) -> (tensor<f32>, tensor<2x33xf32>, tensor<2x33x4xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x33xf32>, tensor<2x33x4xf32>
}

// The selection knows nothing of segments: what lies in another one is not compared.
func.func @selected_across_segments(%s: tensor<2x33x41xf32>, %q: tensor<2x33x2x8xf32>, %k: tensor<2x41x2x8xf32>, %qs: tensor<2x33xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x41xi32> {dsa.range = array<i64: 0, 2>}) -> (tensor<f32>, tensor<2x33xf32>, tensor<2x33x4xf32>) {
  %i = dsa.top_k %s {k = 4 : i64} : (tensor<2x33x41xf32>) -> tensor<2x33x4xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<2x33x2x8xf32>, tensor<2x41x2x8xf32>, tensor<2x41x2x8xf32>, tensor<2x33x4xi32>, tensor<2x33xi32>, tensor<2x41xi32>) -> (tensor<2x33x2x8xf32>, tensor<2x2x33xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) segments(%qs, %ks) {scale = 0.3 : f64} : (tensor<2x33x41xf32>, tensor<2x33x2x8xf32>, tensor<2x41x2x8xf32>, tensor<2x2x33xf32>, tensor<2x33x4xi32>, tensor<2x33xi32>, tensor<2x41xi32>) -> (tensor<f32>, tensor<2x33xf32>, tensor<2x33x4xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<2x33xf32>, tensor<2x33x4xf32>
}

func.func @selected_and_shifted(%s: tensor<1x3x40xf32>, %q: tensor<1x3x2x8xf32>, %k: tensor<1x40x1x8xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 9>}) -> (tensor<f32>, tensor<1x3xf32>, tensor<1x3x11xf32>) {
  %i = dsa.top_k %s offset(%offset) {causal, k = 11 : i64} : (tensor<1x3x40xf32>, tensor<i32>) -> tensor<1x3x11xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i offset(%offset) {causal, scale = 0.3 : f64} : (tensor<1x3x2x8xf32>, tensor<1x40x1x8xf32>, tensor<1x40x1x8xf32>, tensor<1x3x11xi32>, tensor<i32>) -> (tensor<1x3x2x8xf32>, tensor<1x2x3xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) offset(%offset) {causal, scale = 0.3 : f64} : (tensor<1x3x40xf32>, tensor<1x3x2x8xf32>, tensor<1x40x1x8xf32>, tensor<1x2x3xf32>, tensor<1x3x11xi32>, tensor<i32>) -> (tensor<f32>, tensor<1x3xf32>, tensor<1x3x11xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<1x3xf32>, tensor<1x3x11xf32>
}

func.func @k_is_1(%s: tensor<1x9x9xf32>, %q: tensor<1x9x2x8xf32>, %k: tensor<1x9x2x8xf32>) -> (tensor<f32>, tensor<1x9xf32>, tensor<1x9x1xf32>) {
  %i = dsa.top_k %s {causal, k = 1 : i64} : (tensor<1x9x9xf32>) -> tensor<1x9x1xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i {causal, scale = 0.3 : f64} : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x1xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) {causal, scale = 0.3 : f64} : (tensor<1x9x9xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>, tensor<1x9x1xi32>) -> (tensor<f32>, tensor<1x9xf32>, tensor<1x9x1xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<1x9xf32>, tensor<1x9x1xf32>
}

func.func @k_above_length(%s: tensor<1x9x9xf32>, %q: tensor<1x9x2x8xf32>, %k: tensor<1x9x2x8xf32>) -> (tensor<f32>, tensor<1x9xf32>, tensor<1x9x13xf32>) {
  %i = dsa.top_k %s {causal, k = 13 : i64} : (tensor<1x9x9xf32>) -> tensor<1x9x13xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i {causal, scale = 0.3 : f64} : (tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x9x13xi32>) -> (tensor<1x9x2x8xf32>, tensor<1x2x9xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) {causal, scale = 0.3 : f64} : (tensor<1x9x9xf32>, tensor<1x9x2x8xf32>, tensor<1x9x2x8xf32>, tensor<1x2x9xf32>, tensor<1x9x13xi32>) -> (tensor<f32>, tensor<1x9xf32>, tensor<1x9x13xf32>)
  return %loss, %rows, %p : tensor<f32>, tensor<1x9xf32>, tensor<1x9x13xf32>
}

// Ties: scores of few values, many of them equal.
func.func @ties(%n: tensor<2x17x17xf32>, %q: tensor<2x17x2x8xf32>, %k: tensor<2x17x2x8xf32>) -> (tensor<f32>, tensor<2x17x5xf32>) {
  %s = dsa.scale %n {factor = 0.0 : f64} : (tensor<2x17x17xf32>) -> tensor<2x17x17xf32>
  %i = dsa.top_k %s {causal, k = 5 : i64} : (tensor<2x17x17xf32>) -> tensor<2x17x5xi32>
  %o, %lse = dsa.sparse_attention %q, %k, %k, %i {causal, scale = 0.3 : f64}
      : (tensor<2x17x2x8xf32>, tensor<2x17x2x8xf32>, tensor<2x17x2x8xf32>, tensor<2x17x5xi32>) -> (tensor<2x17x2x8xf32>, tensor<2x2x17xf32>)
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse indices(%i) {causal, scale = 0.3 : f64}
      : (tensor<2x17x17xf32>, tensor<2x17x2x8xf32>, tensor<2x17x2x8xf32>, tensor<2x2x17xf32>, tensor<2x17x5xi32>) -> (tensor<f32>, tensor<2x17xf32>, tensor<2x17x5xf32>)
  return %loss, %p : tensor<f32>, tensor<2x17x5xf32>
}

func.func private @nan() -> tensor<f32> {
  %s = arith.constant dense<[[[5.0, 9.0], [0x7FC00000, 2.0]]]> : tensor<1x2x2xf32>
  %q = arith.constant dense<2.0> : tensor<1x2x1x1xf32>
  %k = arith.constant dense<1.0> : tensor<1x2x1x1xf32>
  %lse = arith.constant dense<1.0> : tensor<1x1x2xf32>
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.5 : f64}
      : (tensor<1x2x2xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x1x2xf32>) -> (tensor<f32>, tensor<1x2xf32>, tensor<1x2x2xf32>)
  return %loss : tensor<f32>
}

func.func private @nan_query() -> tensor<f32> {
  %s = arith.constant dense<1.0> : tensor<1x2x2xf32>
  %q = arith.constant dense<[[[[2.0]], [[0x7FC00000]]]]> : tensor<1x2x1x1xf32>
  %k = arith.constant dense<1.0> : tensor<1x2x1x1xf32>
  %lse = arith.constant dense<1.0> : tensor<1x1x2xf32>
  %loss, %rows, %p = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.5 : f64}
      : (tensor<1x2x2xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1x1x2xf32>) -> (tensor<f32>, tensor<1x2xf32>, tensor<1x2x2xf32>)
  return %loss : tensor<f32>
}
