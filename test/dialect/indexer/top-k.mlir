// top_k: the k best keys of each query, or fewer where fewer are visible.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @top_k
// CHECK: dsa.top_k %{{.*}} {causal, k = 2 : i64} :
func.func @top_k(%s: tensor<2x3x4xf32>) {
  %y = dsa.top_k %s {causal, k = 2 : i64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x2xi32>
  return
}

// CHECK-LABEL: func.func @top_k_all
// CHECK: dsa.top_k %{{.*}} {k = 2 : i64} :
func.func @top_k_all(%s: tensor<2x3x4xf32>) {
  %y = dsa.top_k %s {k = 2 : i64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x2xi32>
  return
}

// CHECK-LABEL: func.func @top_k_more_than_keys
// CHECK: dsa.top_k %{{.*}} {causal, k = 9 : i64} :
func.func @top_k_more_than_keys(%s: tensor<2x3x4xf32>) {
  %y = dsa.top_k %s {causal, k = 9 : i64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x9xi32>
  return
}

// CHECK-LABEL: func.func @top_k_context
// CHECK: dsa.top_k %{{.*}} offset(%{{.*}}) segments(%{{.*}}, %{{.*}}) {causal, k = 2 : i64} :
func.func @top_k_context(
    %s: tensor<2x3x4xf32>, %p: tensor<i32>, %a: tensor<2x3xi32>,
    %b: tensor<2x4xi32>) {
  %y = dsa.top_k %s offset(%p) segments(%a, %b) {causal, k = 2 : i64}
      : (tensor<2x3x4xf32>, tensor<i32>, tensor<2x3xi32>, tensor<2x4xi32>)
      -> tensor<2x3x2xi32>
  return
}

// -----

func.func @top_k_c1(%s: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'dsa.top_k' op expected k >= 1, got 0}}
  %y = dsa.top_k %s {causal, k = 0 : i64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x0xi32>
  return
}

// -----

func.func @top_k_c1_negative(%s: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'dsa.top_k' op expected k >= 1, got -1}}
  %y = dsa.top_k %s {causal, k = -1 : i64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x0xi32>
  return
}

// -----

func.func @top_k_c2(%s: tensor<2x3x4xf32>, %a: tensor<2x4xi32>, %b: tensor<2x4xi32>) {
  // expected-error @+1 {{'dsa.top_k' op expected query segments of shape [2, 3], got [2, 4]}}
  %y = dsa.top_k %s segments(%a, %b) {causal, k = 2 : i64}
      : (tensor<2x3x4xf32>, tensor<2x4xi32>, tensor<2x4xi32>)
      -> tensor<2x3x2xi32>
  return
}

// -----

func.func @top_k_c2_keys(%s: tensor<2x3x4xf32>, %a: tensor<2x3xi32>, %b: tensor<2x3xi32>) {
  // expected-error @+1 {{'dsa.top_k' op expected key segments of shape [2, 4], got [2, 3]}}
  %y = dsa.top_k %s segments(%a, %b) {causal, k = 2 : i64}
      : (tensor<2x3x4xf32>, tensor<2x3xi32>, tensor<2x3xi32>)
      -> tensor<2x3x2xi32>
  return
}
