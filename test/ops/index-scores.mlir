// Scores of the lightning indexer: heads that match, heads that do not, negative weights.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// Head 0 sees products 2 and -1, head 1 sees -1 and 3; 0.5 (1 * 2) and 0.5 (10 * 3).
// CHECK: @values
// CHECK: y f32[1x1x2] = {{\[\[\[}}1, 15]]]
func.func @values() -> (tensor<1x1x2xf32> {dsa.name = "y"}) {
  %q = arith.constant dense<[[[[1.0, 0.0], [0.0, 1.0]]]]> : tensor<1x1x2x2xf32>
  %k = arith.constant dense<[[[2.0, -1.0], [-1.0, 3.0]]]> : tensor<1x2x2xf32>
  %w = arith.constant dense<[[[1.0, 10.0]]]> : tensor<1x1x2xf32>
  %y = dsa.index_scores %q, %k, %w {scale = 0.5 : f64} : (tensor<1x1x2x2xf32>, tensor<1x2x2xf32>, tensor<1x1x2xf32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}

// CHECK: @negative_weight
// CHECK: y f32[1x1x2] = {{\[\[\[}}-6, 0]]]
func.func @negative_weight() -> (tensor<1x1x2xf32> {dsa.name = "y"}) {
  %q = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %k = arith.constant dense<[[[2.0], [-1.0]]]> : tensor<1x2x1xf32>
  %w = arith.constant dense<-3.0> : tensor<1x1x1xf32>
  %y = dsa.index_scores %q, %k, %w : (tensor<1x1x1x1xf32>, tensor<1x2x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x2xf32>
  return %y : tensor<1x1x2xf32>
}

func.func @one(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x1xf32> {
  %y = dsa.index_scores %q, %k, %w {scale = 0.125 : f64} : (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

func.func @odd(%q: tensor<2x7x3x5xf32>, %k: tensor<2x13x5xf32>, %w: tensor<2x7x3xf32>) -> tensor<2x7x13xf32> {
  %y = dsa.index_scores %q, %k, %w {scale = 0.125 : f64} : (tensor<2x7x3x5xf32>, tensor<2x13x5xf32>, tensor<2x7x3xf32>) -> tensor<2x7x13xf32>
  return %y : tensor<2x7x13xf32>
}

func.func @one_query(%q: tensor<1x1x4x16xf32>, %k: tensor<1x67x16xf32>, %w: tensor<1x1x4xf32>) -> tensor<1x1x67xf32> {
  %y = dsa.index_scores %q, %k, %w {scale = 0.125 : f64} : (tensor<1x1x4x16xf32>, tensor<1x67x16xf32>, tensor<1x1x4xf32>) -> tensor<1x1x67xf32>
  return %y : tensor<1x1x67xf32>
}

func.func @tiles(%q: tensor<1x33x2x31xf32>, %k: tensor<1x65x31xf32>, %w: tensor<1x33x2xf32>) -> tensor<1x33x65xf32> {
  %y = dsa.index_scores %q, %k, %w {scale = 0.125 : f64} : (tensor<1x33x2x31xf32>, tensor<1x65x31xf32>, tensor<1x33x2xf32>) -> tensor<1x33x65xf32>
  return %y : tensor<1x33x65xf32>
}
