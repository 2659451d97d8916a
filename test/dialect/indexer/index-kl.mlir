// index_kl: the loss of the indexer on all visible or on selected keys.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @index_kl(
// CHECK: dsa.index_kl %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {causal, scale = 5.000000e-01 : f64} :
func.func @index_kl(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %lse: tensor<2x4x3xf32>) {
  %y:3 = dsa.index_kl %s, %q, %k, %lse {causal, scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x4xf32>)
  return
}

// CHECK-LABEL: func.func @index_kl_selected(
// CHECK: dsa.index_kl %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} indices(%{{.*}}) offset(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal, scale
// CHECK-SAME: -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x2xf32>)
func.func @index_kl_selected(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %lse: tensor<2x4x3xf32>, %i: tensor<2x3x2xi32>, %p: tensor<i32>, %qs: tensor<2x3xi32>, %ks: tensor<2x4xi32>) {
  %y:3 = dsa.index_kl %s, %q, %k, %lse indices(%i) offset(%p) segments(%qs, %ks) {causal, scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>, tensor<2x3x2xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x4xi32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x2xf32>)
  return
}

// -----

func.func @index_kl_c1(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %lse: tensor<2x4x3xf64>) {
  // expected-error @+1 {{'dsa.index_kl' op expected lse of element type 'f32', got 'f64'}}
  %y:3 = dsa.index_kl %s, %q, %k, %lse {scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf64>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x4xf32>)
  return
}

// -----

func.func @index_kl_c2(%s: tensor<2x3x4xf32>, %q: tensor<2x5x4x8xf32>, %k: tensor<2x4x2x8xf32>, %lse: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.index_kl' op expected query of shape [2, 3, 4, 8], got [2, 5, 4, 8]}}
  %y:3 = dsa.index_kl %s, %q, %k, %lse {scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x5x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x4xf32>)
  return
}

// -----

func.func @index_kl_c3(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x6xf32>, %lse: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.index_kl' op expected keys of shape [2, 4, 2, 8], got [2, 4, 2, 6]}}
  %y:3 = dsa.index_kl %s, %q, %k, %lse {scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x4xf32>)
  return
}

// -----

func.func @index_kl_c4(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x3x8xf32>, %lse: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.index_kl' op expected query heads to be a multiple of 3 key heads, got 4}}
  %y:3 = dsa.index_kl %s, %q, %k, %lse {scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x3x8xf32>, tensor<2x4x3xf32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x4xf32>)
  return
}

// -----

func.func @index_kl_c5(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %lse: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'dsa.index_kl' op expected lse of shape [2, 4, 3], got [2, 3, 4]}}
  %y:3 = dsa.index_kl %s, %q, %k, %lse {scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x3x4xf32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x4xf32>)
  return
}

// -----

func.func @index_kl_c6(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %lse: tensor<2x4x3xf32>, %i: tensor<2x4x2xi32>) {
  // expected-error @+1 {{'dsa.index_kl' op expected indices of shape [2, 3, 2], got [2, 4, 2]}}
  %y:3 = dsa.index_kl %s, %q, %k, %lse indices(%i) {scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>, tensor<2x4x2xi32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x2xf32>)
  return
}

// -----

func.func @index_kl_c7(%s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %lse: tensor<2x4x3xf32>, %qs: tensor<2x3xi32>, %ks: tensor<2x3xi32>) {
  // expected-error @+1 {{'dsa.index_kl' op expected key segments of shape [2, 4], got [2, 3]}}
  %y:3 = dsa.index_kl %s, %q, %k, %lse segments(%qs, %ks) {scale = 0.5 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>, tensor<2x3xi32>, tensor<2x3xi32>)
      -> (tensor<f32>, tensor<2x3xf32>, tensor<2x3x4xf32>)
  return
}

// -----

func.func @index_kl_c8(%s: tensor<1x3x3xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>) {
  %o, %lse = dsa.attention %q, %k, %k {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
  ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    dsa.yield %score : f32
  }
  %given = dsa.detach %lse : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  // expected-error @+1 {{'dsa.index_kl' op expected the lse of an attention without a score body, got that of one that has a body}}
  %y:3 = dsa.index_kl %s, %q, %k, %given {scale = 1.0 : f64}
      : (tensor<1x3x3xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x2x3xf32>) -> (tensor<f32>, tensor<1x3xf32>, tensor<1x3x3xf32>)
  return
}
