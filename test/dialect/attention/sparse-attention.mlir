// sparse_attention: softmax over the selected keys of each query.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @sparse_attention
// CHECK: dsa.sparse_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {causal, scale = 5.000000e-01 : f64} :
func.func @sparse_attention(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x3x2xi32>) {
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// CHECK-LABEL: func.func @sparse_attention_set_decides
// CHECK: dsa.sparse_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {scale = 5.000000e-01 : f64} :
func.func @sparse_attention_set_decides(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x3x2xi32>) {
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// CHECK-LABEL: func.func @sparse_attention_context
// CHECK: dsa.sparse_attention %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} key(%{{.*}}) offset(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal, dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64} :
func.func @sparse_attention_context(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x3x2xi32>, %rng: tensor<4xi32>, %p: tensor<i32>,
    %a: tensor<2x3xi32>, %b: tensor<2x4xi32>) {
  %y:2 = dsa.sparse_attention %q, %k, %v, %i key(%rng) offset(%p) segments(%a, %b) {causal, dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<4xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x4xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c1(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf64>,
    %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected values of element type 'f32', got 'f64'}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf64>, tensor<2x3x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c2(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x6xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected keys of shape [2, 4, 2, 8], got [2, 4, 2, 6]}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x6xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c3(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x3x2x6xf32>,
    %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected values of shape [2, 4, 2, 6], got [2, 3, 2, 6]}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x3x2x6xf32>, tensor<2x3x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c4(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x3x8xf32>, %v: tensor<2x4x3x6xf32>,
    %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected query heads to be a multiple of 3 key heads, got 4}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x3x8xf32>, tensor<2x4x3x6xf32>, tensor<2x3x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c5(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x3x2xi32>, %a: tensor<2x4xi32>, %b: tensor<2x4xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected query segments of shape [2, 3], got [2, 4]}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i segments(%a, %b) {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<2x4xi32>, tensor<2x4xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c6(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x3x2xi32>, %rng: tensor<4xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected dropout in [0, 1), got 1.000000e+00 : f64}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i key(%rng) {dropout = 1.000000e+00 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>, tensor<4xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c6_key(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected a random key for dropout 1.000000e-01 : f64, got none}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x3x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @sparse_attention_c7(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %i: tensor<2x4x2xi32>) {
  // expected-error @+1 {{'dsa.sparse_attention' op expected indices of shape [2, 3, 2], got [2, 4, 2]}}
  %y:2 = dsa.sparse_attention %q, %k, %v, %i {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x4x2xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}
