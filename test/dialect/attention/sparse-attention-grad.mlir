// sparse_attention_grad: gradients of query, keys and values; the selection is a constant.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @sparse_attention_grad
// CHECK: dsa.sparse_attention_grad %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {causal, scale = 5.000000e-01 : f64} :
func.func @sparse_attention_grad(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
  return
}

// CHECK-LABEL: func.func @sparse_attention_grad_context
// CHECK: dsa.sparse_attention_grad %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} key(%{{.*}}) offset(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal, dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64} :
func.func @sparse_attention_grad_context(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>, %rng: tensor<4xi32>, %p: tensor<i32>,
    %a: tensor<2x3xi32>, %b: tensor<2x4xi32>) {
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l key(%rng) offset(%p) segments(%a, %b) {causal, dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>, tensor<4xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x4xi32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c1(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf64>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected values of element type 'f32', got 'f64'}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf64>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf64>)
  return
}

// -----

func.func @sparse_attention_grad_c2(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x6xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected keys of shape [2, 4, 2, 8], got [2, 4, 2, 6]}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x6xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x6xf32>, tensor<2x4x2x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c3(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x3x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected values of shape [2, 4, 2, 6], got [2, 3, 2, 6]}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x3x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x3x2x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c4(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x3x8xf32>,
    %v: tensor<2x4x3x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected query heads to be a multiple of 3 key heads, got 4}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x3x8xf32>, tensor<2x4x3x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x3x8xf32>, tensor<2x4x3x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c5(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>, %a: tensor<2x4xi32>, %b: tensor<2x4xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected query segments of shape [2, 3], got [2, 4]}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l segments(%a, %b) {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>, tensor<2x4xi32>, tensor<2x4xi32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c6(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>, %rng: tensor<4xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected dropout in [0, 1), got 1.000000e+00 : f64}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l key(%rng) {dropout = 1.000000e+00 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>, tensor<4xi32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c6_key(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected a random key for dropout 1.000000e-01 : f64, got none}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c7(
    %g: tensor<2x3x4x6xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<1x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected indices of shape [2, 3, 2], got [1, 3, 2]}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<1x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
  return
}

// -----

func.func @sparse_attention_grad_c8(
    %g: tensor<2x3x4x4xf32>, %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>,
    %v: tensor<2x4x2x6xf32>, %i: tensor<2x3x2xi32>, %o: tensor<2x3x4x6xf32>,
    %l: tensor<2x4x3xf32>) {
  // expected-error @+1 {{'dsa.sparse_attention_grad' op expected grad of shape [2, 3, 4, 6], got [2, 3, 4, 4]}}
  %y:3 = dsa.sparse_attention_grad %g, %q, %k, %v, %i, %o, %l {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x4xf32>, tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
      -> (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
  return
}
