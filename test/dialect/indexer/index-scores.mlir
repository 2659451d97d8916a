// index_scores: a score for every pair of query and key; one key for all indexer heads.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @index_scores
// CHECK: dsa.index_scores %{{.*}}, %{{.*}}, %{{.*}} {scale = 1.250000e-01 : f64} :
func.func @index_scores(%q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>, %w: tensor<2x3x2xf32>) {
  %y = dsa.index_scores %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf32>)
      -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @index_scores_default
// CHECK: dsa.index_scores %{{.*}}, %{{.*}}, %{{.*}} :
func.func @index_scores_default(
    %q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>, %w: tensor<2x3x2xf32>) {
  %y = dsa.index_scores %q, %k, %w
      : (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf32>)
      -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @index_scores_bf16
// CHECK: dsa.index_scores %{{.*}}, %{{.*}}, %{{.*}} {scale = 1.250000e-01 : f64} :
func.func @index_scores_bf16(
    %q: tensor<2x3x2x8xbf16>, %k: tensor<2x4x8xbf16>, %w: tensor<2x3x2xbf16>) {
  %y = dsa.index_scores %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x2x8xbf16>, tensor<2x4x8xbf16>, tensor<2x3x2xbf16>)
      -> tensor<2x3x4xbf16>
  return
}

// -----

func.func @index_scores_c1(%q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf64>, %w: tensor<2x3x2xf32>) {
  // expected-error @+1 {{'dsa.index_scores' op expected index key of element type 'f32', got 'f64'}}
  %y = dsa.index_scores %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x2x8xf32>, tensor<2x4x8xf64>, tensor<2x3x2xf32>)
      -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_scores_c1_weight(
    %q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>, %w: tensor<2x3x2xbf16>) {
  // expected-error @+1 {{'dsa.index_scores' op expected weight of element type 'f32', got 'bf16'}}
  %y = dsa.index_scores %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xbf16>)
      -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_scores_c2(%q: tensor<2x3x2x8xf32>, %k: tensor<2x4x6xf32>, %w: tensor<2x3x2xf32>) {
  // expected-error @+1 {{'dsa.index_scores' op expected index key of shape [2, 4, 8], got [2, 4, 6]}}
  %y = dsa.index_scores %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x2x8xf32>, tensor<2x4x6xf32>, tensor<2x3x2xf32>)
      -> tensor<2x3x4xf32>
  return
}

// -----

func.func @index_scores_c3(%q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>, %w: tensor<2x3x1xf32>) {
  // expected-error @+1 {{'dsa.index_scores' op expected weight of shape [2, 3, 2], got [2, 3, 1]}}
  %y = dsa.index_scores %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x1xf32>)
      -> tensor<2x3x4xf32>
  return
}
