// index_kl_grad: the gradient of the scores.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @index_kl_grad(
// CHECK: dsa.index_kl_grad %{{.*}}, %{{.*}}, %{{.*}} {causal} :
func.func @index_kl_grad(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %t: tensor<2x3x4xf32>) {
  %y = dsa.index_kl_grad %g, %s, %t {causal}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @index_kl_grad_selected(
// CHECK: dsa.index_kl_grad %{{.*}}, %{{.*}}, %{{.*}} indices(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal} :
func.func @index_kl_grad_selected(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %t: tensor<2x3x2xf32>, %i: tensor<2x3x2xi32>, %qs: tensor<2x3xi32>, %ks: tensor<2x4xi32>) {
  %y = dsa.index_kl_grad %g, %s, %t indices(%i) segments(%qs, %ks) {causal}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x2xf32>, tensor<2x3x2xi32>, tensor<2x3xi32>, tensor<2x4xi32>) -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @index_kl_grad_attention(
// CHECK: dsa.index_kl_grad %{{.*}}, %{{.*}} attention(%{{.*}}, %{{.*}}, %{{.*}}) offset(%{{.*}}) {causal, scale = 5.000000e-01 : f64} :
func.func @index_kl_grad_attention(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %l: tensor<2x4x3xf32>, %o: tensor<i32>) {
  %y = dsa.index_kl_grad %g, %s attention(%q, %k, %l) offset(%o) {causal, scale = 0.5 : f64}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>, tensor<i32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c1(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %t: tensor<2x3x4xf64>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected target of element type 'f32', got 'f64'}}
  %y = dsa.index_kl_grad %g, %s, %t {causal}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4xf64>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c2(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %t: tensor<2x3x4xf32>, %i: tensor<1x3x2xi32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected indices of shape [2, 3, 2], got [1, 3, 2]}}
  %y = dsa.index_kl_grad %g, %s, %t indices(%i) {causal}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<1x3x2xi32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c3(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %t: tensor<2x3x4xf32>, %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected target of shape [2, 3, 2], got [2, 3, 4]}}
  %y = dsa.index_kl_grad %g, %s, %t indices(%i) {causal}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x2xi32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c4(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %t: tensor<2x3x4xf32>, %qs: tensor<3x3xi32>, %ks: tensor<2x4xi32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected query segments of shape [2, 3], got [3, 3]}}
  %y = dsa.index_kl_grad %g, %s, %t segments(%qs, %ks) {causal}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<3x3xi32>, tensor<2x4xi32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c5(%g: tensor<f32>, %s: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected a target, or without indices the attention and its scale, got neither}}
  %y = dsa.index_kl_grad %g, %s {causal}
      : (tensor<f32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c5_scale(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected a target, or without indices the attention and its scale, got neither}}
  %y = dsa.index_kl_grad %g, %s attention(%q, %k, %l) {causal}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c5_both(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected a target, or without indices the attention and its scale, got both}}
  %y = dsa.index_kl_grad %g, %s, %s attention(%q, %k, %l) {causal, scale = 0.5 : f64}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c5_indices(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %l: tensor<2x4x3xf32>, %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected a target, or without indices the attention and its scale, got indices}}
  %y = dsa.index_kl_grad %g, %s attention(%q, %k, %l) indices(%i) {causal, scale = 0.5 : f64}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x3xf32>, tensor<2x3x2xi32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c6(%g: tensor<f32>, %s: tensor<2x3x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>) {
  // expected-error @+1 {{'dsa.index_kl_grad' op expected lse of shape [2, 4, 3], got [2, 3, 4]}}
  %y = dsa.index_kl_grad %g, %s attention(%q, %k, %s) {causal, scale = 0.5 : f64}
      : (tensor<f32>, tensor<2x3x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_kl_grad_c7(%g: tensor<f32>, %s: tensor<1x3x3xf32>, %q: tensor<1x3x2x4xf32>, %k: tensor<1x3x1x4xf32>) {
  %o, %lse = dsa.attention %q, %k, %k {scale = 1.0 : f64} : (tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x3x1x4xf32>) -> (tensor<1x3x2x4xf32>, tensor<1x2x3xf32>) score {
  ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    dsa.yield %score : f32
  }
  %given = dsa.detach %lse : (tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  // expected-error @+1 {{'dsa.index_kl_grad' op expected the lse of an attention without a score body, got that of one that has a body}}
  %y = dsa.index_kl_grad %g, %s attention(%q, %k, %given) {scale = 1.0 : f64}
      : (tensor<f32>, tensor<1x3x3xf32>, tensor<1x3x2x4xf32>, tensor<1x3x1x4xf32>, tensor<1x2x3xf32>) -> tensor<1x3x3xf32>
  return
}
