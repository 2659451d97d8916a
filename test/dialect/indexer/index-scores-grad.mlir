// index_scores_grad: gradients of the indexer's query, key and weight.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @index_scores_grad
// CHECK: dsa.index_scores_grad %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {scale = 1.250000e-01 : f64} :
func.func @index_scores_grad(
    %g: tensor<2x3x4xf32>, %q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>,
    %w: tensor<2x3x2xf32>) {
  %y:3 = dsa.index_scores_grad %g, %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf32>)
      -> (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf32>)
  return
}

// -----

func.func @index_scores_grad_c1(
    %g: tensor<2x3x4xf32>, %q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>,
    %w: tensor<2x3x2xf64>) {
  // expected-error @+1 {{'dsa.index_scores_grad' op expected weight of element type 'f32', got 'f64'}}
  %y:3 = dsa.index_scores_grad %g, %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf64>)
      -> (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf64>)
  return
}

// -----

func.func @index_scores_grad_c2(
    %g: tensor<2x3x4xf32>, %q: tensor<2x3x2x8xf32>, %k: tensor<1x4x8xf32>,
    %w: tensor<2x3x2xf32>) {
  // expected-error @+1 {{'dsa.index_scores_grad' op expected index key of shape [2, 4, 8], got [1, 4, 8]}}
  %y:3 = dsa.index_scores_grad %g, %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x2x8xf32>, tensor<1x4x8xf32>, tensor<2x3x2xf32>)
      -> (tensor<2x3x2x8xf32>, tensor<1x4x8xf32>, tensor<2x3x2xf32>)
  return
}

// -----

func.func @index_scores_grad_c3(
    %g: tensor<2x3x4xf32>, %q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>,
    %w: tensor<2x4x2xf32>) {
  // expected-error @+1 {{'dsa.index_scores_grad' op expected weight of shape [2, 3, 2], got [2, 4, 2]}}
  %y:3 = dsa.index_scores_grad %g, %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x3x4xf32>, tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x4x2xf32>)
      -> (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x4x2xf32>)
  return
}

// -----

func.func @index_scores_grad_c4(
    %g: tensor<2x4x3xf32>, %q: tensor<2x3x2x8xf32>, %k: tensor<2x4x8xf32>,
    %w: tensor<2x3x2xf32>) {
  // expected-error @+1 {{'dsa.index_scores_grad' op expected grad of shape [2, 3, 4], got [2, 4, 3]}}
  %y:3 = dsa.index_scores_grad %g, %q, %k, %w {scale = 1.250000e-01 : f64}
      : (tensor<2x4x3xf32>, tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf32>)
      -> (tensor<2x3x2x8xf32>, tensor<2x4x8xf32>, tensor<2x3x2xf32>)
  return
}
