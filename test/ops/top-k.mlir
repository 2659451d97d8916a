// The k best keys: ties, padding, causality, offsets, segments, infinities; a NaN is an error that names its row.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: not dsa-run %s --entry=nan --target=reference 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not dsa-run %s --entry=nan --target=cpu 2>&1 | FileCheck %s --check-prefix=CPU
// NAN: dsa.top_k: expected scores without NaN in row 1, got NaN
// CPU: row 1: expected numbers, got NaN

// CHECK: @causal
// CHECK: y i32[1x3x2] = {{\[\[\[}}0, -1], [0, 1], [1, 2]]]
func.func @causal() -> (tensor<1x3x2xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<[[[5.0, 9.0, 9.0, 9.0], [5.0, 1.0, 9.0, 9.0], [1.0, 3.0, 2.0, 9.0]]]> : tensor<1x3x4xf32>
  %y = dsa.top_k %s {causal, k = 2} : (tensor<1x3x4xf32>) -> tensor<1x3x2xi32>
  return %y : tensor<1x3x2xi32>
}

// CHECK: @all
// CHECK: y i32[1x1x2] = {{\[\[\[}}1, 3]]]
func.func @all() -> (tensor<1x1x2xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<[[[1.0, 3.0, 2.0, 9.0]]]> : tensor<1x1x4xf32>
  %y = dsa.top_k %s {k = 2} : (tensor<1x1x4xf32>) -> tensor<1x1x2xi32>
  return %y : tensor<1x1x2xi32>
}

// Equal scores: the lower index; -0 equals +0; infinities are ranked like other values.
// CHECK: @ties
// CHECK: y i32[1x4x2] = {{\[\[\[}}0, 1], [0, 3], [1, 2], [0, 2]]]
func.func @ties() -> (tensor<1x4x2xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<[[[0.0, 0.0, 0.0, 0.0], [-0.0, 0.0, 0.0, 1.0], [-1.0, 0.0, -0.0, 0.0], [0xFF800000, 0xFF800000, 0x7F800000, 0xFF800000]]]> : tensor<1x4x4xf32>
  %y = dsa.top_k %s {k = 2} : (tensor<1x4x4xf32>) -> tensor<1x4x2xi32>
  return %y : tensor<1x4x2xi32>
}

// CHECK: @more_than_there_are
// CHECK: y i32[1x2x5] = {{\[\[\[}}0, 1, 2, -1, -1], [0, 1, 2, -1, -1]]]
func.func @more_than_there_are() -> (tensor<1x2x5xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<[[[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]]> : tensor<1x2x3xf32>
  %y = dsa.top_k %s {k = 5} : (tensor<1x2x3xf32>) -> tensor<1x2x5xi32>
  return %y : tensor<1x2x5xi32>
}

// CHECK: @segments
// CHECK: y i32[1x3x2] = {{\[\[\[}}1, 3], [0, 2], [-1, -1]]]
func.func @segments() -> (tensor<1x3x2xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<0.0> : tensor<1x3x4xf32>
  %qs = arith.constant dense<[[1, 0, 7]]> : tensor<1x3xi32>
  %ks = arith.constant dense<[[0, 1, 0, 1]]> : tensor<1x4xi32>
  %y = dsa.top_k %s segments(%qs, %ks) {k = 2} : (tensor<1x3x4xf32>, tensor<1x3xi32>, tensor<1x4xi32>) -> tensor<1x3x2xi32>
  return %y : tensor<1x3x2xi32>
}

// CHECK: @offset
// CHECK: y i32[1x2x1] = {{\[\[\[}}2], [3]]]
func.func @offset() -> (tensor<1x2x1xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<[[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]]> : tensor<1x2x4xf32>
  %offset = arith.constant dense<2> : tensor<i32>
  %y = dsa.top_k %s offset(%offset) {causal, k = 1} : (tensor<1x2x4xf32>, tensor<i32>) -> tensor<1x2x1xi32>
  return %y : tensor<1x2x1xi32>
}

// The published model: the future is filled, not excluded, so each row t < k - 1 holds exactly the first k keys.
// CHECK: @published
// CHECK: y i32[1x4x3] = {{\[\[\[}}0, 1, 2], [0, 1, 2], [0, 1, 2], [1, 2, 3]]]
func.func @published() -> (tensor<1x4x3xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<[[[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]]> : tensor<1x4x4xf32>
  %f = dsa.fill_future %s {value = -1.0e9 : f64} : (tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %y = dsa.top_k %f {k = 3} : (tensor<1x4x4xf32>) -> tensor<1x4x3xi32>
  return %y : tensor<1x4x3xi32>
}

// A NaN that no query may see is no error.
// CHECK: @hidden_nan
// CHECK: y i32[1x1x1] = {{\[\[\[}}0]]]
func.func @hidden_nan() -> (tensor<1x1x1xi32> {dsa.name = "y"}) {
  %s = arith.constant dense<[[[1.0, 0x7FC00000]]]> : tensor<1x1x2xf32>
  %y = dsa.top_k %s {causal, k = 1} : (tensor<1x1x2xf32>) -> tensor<1x1x1xi32>
  return %y : tensor<1x1x1xi32>
}

func.func private @nan() -> tensor<1x2x1xi32> {
  %s = arith.constant dense<[[[1.0, 2.0, 3.0], [2.0, 0x7FC00000, 1.0]]]> : tensor<1x2x3xf32>
  %y = dsa.top_k %s {k = 1} : (tensor<1x2x3xf32>) -> tensor<1x2x1xi32>
  return %y : tensor<1x2x1xi32>
}

// Few distinct values, so that most choices are ties.
func.func @many_ties(%i: tensor<2x37xi32> {dsa.range = array<i64: 0, 3>}) -> tensor<1x2x7xi32> {
  %values = arith.constant dense<[[-1.0], [0.0], [1.0]]> : tensor<3x1xf32>
  %e = dsa.embedding %values, %i : (tensor<3x1xf32>, tensor<2x37xi32>) -> tensor<2x37x1xf32>
  %s = tensor.collapse_shape %e [[0], [1, 2]] : tensor<2x37x1xf32> into tensor<2x37xf32>
  %t = tensor.expand_shape %s [[0, 1], [2]] output_shape [1, 2, 37] : tensor<2x37xf32> into tensor<1x2x37xf32>
  %y = dsa.top_k %t {k = 7} : (tensor<1x2x37xf32>) -> tensor<1x2x7xi32>
  return %y : tensor<1x2x7xi32>
}

func.func @one(%s: tensor<1x1x1xf32>) -> tensor<1x1x1xi32> {
  %y = dsa.top_k %s {causal, k = 1} : (tensor<1x1x1xf32>) -> tensor<1x1x1xi32>
  return %y : tensor<1x1x1xi32>
}

func.func @odd(%s: tensor<2x13x17xf32>) -> tensor<2x13x5xi32> {
  %y = dsa.top_k %s {causal, k = 5} : (tensor<2x13x17xf32>) -> tensor<2x13x5xi32>
  return %y : tensor<2x13x5xi32>
}

func.func @k_is_1(%s: tensor<1x31x31xf32>) -> tensor<1x31x1xi32> {
  %y = dsa.top_k %s {causal, k = 1} : (tensor<1x31x31xf32>) -> tensor<1x31x1xi32>
  return %y : tensor<1x31x1xi32>
}

func.func @k_is_length(%s: tensor<1x19x19xf32>) -> tensor<1x19x19xi32> {
  %y = dsa.top_k %s {causal, k = 19} : (tensor<1x19x19xf32>) -> tensor<1x19x19xi32>
  return %y : tensor<1x19x19xi32>
}

func.func @k_above_length(%s: tensor<1x7x7xf32>) -> tensor<1x7x11xi32> {
  %y = dsa.top_k %s {causal, k = 11} : (tensor<1x7x7xf32>) -> tensor<1x7x11xi32>
  return %y : tensor<1x7x11xi32>
}

func.func @not_causal(%s: tensor<2x5x67xf32>) -> tensor<2x5x16xi32> {
  %y = dsa.top_k %s {k = 16} : (tensor<2x5x67xf32>) -> tensor<2x5x16xi32>
  return %y : tensor<2x5x16xi32>
}

func.func @with_offset(%s: tensor<1x7x40xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}) -> tensor<1x7x6xi32> {
  %y = dsa.top_k %s offset(%offset) {causal, k = 6} : (tensor<1x7x40xf32>, tensor<i32>) -> tensor<1x7x6xi32>
  return %y : tensor<1x7x6xi32>
}

func.func @packed(%s: tensor<2x23x23xf32>, %qs: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<2x23xi32> {dsa.range = array<i64: 0, 2>}) -> tensor<2x23x4xi32> {
  %y = dsa.top_k %s segments(%qs, %ks) {causal, k = 4} : (tensor<2x23x23xf32>, tensor<2x23xi32>, tensor<2x23xi32>) -> tensor<2x23x4xi32>
  return %y : tensor<2x23x4xi32>
}

func.func @packed_with_offset(%s: tensor<1x9x29xf32>, %offset: tensor<i32> {dsa.range = array<i64: 0, 20>}, %qs: tensor<1x9xi32> {dsa.range = array<i64: 0, 2>}, %ks: tensor<1x29xi32> {dsa.range = array<i64: 0, 2>}) -> tensor<1x9x3xi32> {
  %y = dsa.top_k %s offset(%offset) segments(%qs, %ks) {causal, k = 3} : (tensor<1x9x29xf32>, tensor<i32>, tensor<1x9xi32>, tensor<1x29xi32>) -> tensor<1x9x3xi32>
  return %y : tensor<1x9x3xi32>
}

func.func @long(%s: tensor<1x5x1031xf32>) -> tensor<1x5x128xi32> {
  %y = dsa.top_k %s {k = 128} : (tensor<1x5x1031xf32>) -> tensor<1x5x128xi32>
  return %y : tensor<1x5x128xi32>
}
