// attention: softmax over all visible keys, heads in groups that share keys.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @attention
// CHECK: dsa.attention %{{.*}}, %{{.*}}, %{{.*}} {causal, scale = 5.000000e-01 : f64} :
func.func @attention(%q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>) {
  %y:2 = dsa.attention %q, %k, %v {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// CHECK-LABEL: func.func @attention_bidirectional
// CHECK: dsa.attention %{{.*}}, %{{.*}}, %{{.*}} {scale = 5.000000e-01 : f64} :
func.func @attention_bidirectional(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>) {
  %y:2 = dsa.attention %q, %k, %v {scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// CHECK-LABEL: func.func @attention_context
// CHECK: dsa.attention %{{.*}}, %{{.*}}, %{{.*}} key(%{{.*}}) offset(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal, dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64} :
func.func @attention_context(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %rng: tensor<4xi32>, %p: tensor<i32>, %a: tensor<2x3xi32>,
    %b: tensor<2x4xi32>) {
  %y:2 = dsa.attention %q, %k, %v key(%rng) offset(%p) segments(%a, %b) {causal, dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<4xi32>, tensor<i32>, tensor<2x3xi32>, tensor<2x4xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @attention_c1(%q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf64>) {
  // expected-error @+1 {{'dsa.attention' op expected values of element type 'f32', got 'f64'}}
  %y:2 = dsa.attention %q, %k, %v {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf64>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @attention_c2(%q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x6xf32>, %v: tensor<2x4x2x6xf32>) {
  // expected-error @+1 {{'dsa.attention' op expected keys of shape [2, 4, 2, 8], got [2, 4, 2, 6]}}
  %y:2 = dsa.attention %q, %k, %v {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x6xf32>, tensor<2x4x2x6xf32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @attention_c3(%q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x3x2x6xf32>) {
  // expected-error @+1 {{'dsa.attention' op expected values of shape [2, 4, 2, 6], got [2, 3, 2, 6]}}
  %y:2 = dsa.attention %q, %k, %v {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x3x2x6xf32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @attention_c4(%q: tensor<2x3x4x8xf32>, %k: tensor<2x4x3x8xf32>, %v: tensor<2x4x3x6xf32>) {
  // expected-error @+1 {{'dsa.attention' op expected query heads to be a multiple of 3 key heads, got 4}}
  %y:2 = dsa.attention %q, %k, %v {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x3x8xf32>, tensor<2x4x3x6xf32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @attention_c5(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %a: tensor<2x4xi32>, %b: tensor<2x4xi32>) {
  // expected-error @+1 {{'dsa.attention' op expected query segments of shape [2, 3], got [2, 4]}}
  %y:2 = dsa.attention %q, %k, %v segments(%a, %b) {causal, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<2x4xi32>, tensor<2x4xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @attention_c6(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>,
    %rng: tensor<4xi32>) {
  // expected-error @+1 {{'dsa.attention' op expected dropout in [0, 1), got 1.000000e+00 : f64}}
  %y:2 = dsa.attention %q, %k, %v key(%rng) {dropout = 1.000000e+00 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>, tensor<4xi32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}

// -----

func.func @attention_c6_key(
    %q: tensor<2x3x4x8xf32>, %k: tensor<2x4x2x8xf32>, %v: tensor<2x4x2x6xf32>) {
  // expected-error @+1 {{'dsa.attention' op expected a random key for dropout 1.000000e-01 : f64, got none}}
  %y:2 = dsa.attention %q, %k, %v {dropout = 1.000000e-01 : f64, scale = 5.000000e-01 : f64}
      : (tensor<2x3x4x8xf32>, tensor<2x4x2x8xf32>, tensor<2x4x2x6xf32>)
      -> (tensor<2x3x4x6xf32>, tensor<2x4x3xf32>)
  return
}
