// Gradients of the scores for queries, keys and head weights; a head that does not match gets none.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// CHECK: @values
// CHECK: dq f32[1x1x2x2] = {{\[\[\[\[}}1, -0.5], [-10, 30]]]]
// CHECK: dk f32[1x2x2] = {{\[\[\[}}0.5, 0], [0, 10]]]
// CHECK: dw f32[1x1x2] = {{\[\[\[}}1, 3]]]
func.func @values() -> (tensor<1x1x2x2xf32> {dsa.name = "dq"}, tensor<1x2x2xf32> {dsa.name = "dk"}, tensor<1x1x2xf32> {dsa.name = "dw"}) {
  %ds = arith.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %q = arith.constant dense<[[[[1.0, 0.0], [0.0, 1.0]]]]> : tensor<1x1x2x2xf32>
  %k = arith.constant dense<[[[2.0, -1.0], [-1.0, 3.0]]]> : tensor<1x2x2xf32>
  %w = arith.constant dense<[[[1.0, 10.0]]]> : tensor<1x1x2xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 0.5 : f64}
      : (tensor<1x1x2xf32>, tensor<1x1x2x2xf32>, tensor<1x2x2xf32>, tensor<1x1x2xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x2x2xf32>, tensor<1x1x2xf32>)
  return %dq, %dk, %dw : tensor<1x1x2x2xf32>, tensor<1x2x2xf32>, tensor<1x1x2xf32>
}

// relu'(0) = 0: a product of exactly zero passes nothing.
// CHECK: @kink
// CHECK: dq f32[1x1x1x1] = {{\[\[\[\[}}0]]]]
// CHECK: dk f32[1x1x1] = {{\[\[\[}}0]]]
func.func @kink() -> (tensor<1x1x1x1xf32> {dsa.name = "dq"}, tensor<1x1x1xf32> {dsa.name = "dk"}) {
  %ds = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %q = arith.constant dense<5.0> : tensor<1x1x1x1xf32>
  %k = arith.constant dense<0.0> : tensor<1x1x1xf32>
  %w = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w
      : (tensor<1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  return %dq, %dk : tensor<1x1x1x1xf32>, tensor<1x1x1xf32>
}

func.func @one(%ds: tensor<1x1x1xf32>, %q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1xf32>, %w: tensor<1x1x1xf32>)
    -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) {
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 0.125 : f64}
      : (tensor<1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
      -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>)
  return %dq, %dk, %dw : tensor<1x1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>
}

func.func @odd(%ds: tensor<2x7x13xf32>, %q: tensor<2x7x3x5xf32>, %k: tensor<2x13x5xf32>, %w: tensor<2x7x3xf32>)
    -> (tensor<2x7x3x5xf32>, tensor<2x13x5xf32>, tensor<2x7x3xf32>) {
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 0.125 : f64}
      : (tensor<2x7x13xf32>, tensor<2x7x3x5xf32>, tensor<2x13x5xf32>, tensor<2x7x3xf32>)
      -> (tensor<2x7x3x5xf32>, tensor<2x13x5xf32>, tensor<2x7x3xf32>)
  return %dq, %dk, %dw : tensor<2x7x3x5xf32>, tensor<2x13x5xf32>, tensor<2x7x3xf32>
}

func.func @tiles(%ds: tensor<1x33x65xf32>, %q: tensor<1x33x2x31xf32>, %k: tensor<1x65x31xf32>, %w: tensor<1x33x2xf32>)
    -> (tensor<1x33x2x31xf32>, tensor<1x65x31xf32>, tensor<1x33x2xf32>) {
  %dq, %dk, %dw = dsa.index_scores_grad %ds, %q, %k, %w {scale = 0.125 : f64}
      : (tensor<1x33x65xf32>, tensor<1x33x2x31xf32>, tensor<1x65x31xf32>, tensor<1x33x2xf32>)
      -> (tensor<1x33x2x31xf32>, tensor<1x65x31xf32>, tensor<1x33x2xf32>)
  return %dq, %dk, %dw : tensor<1x33x2x31xf32>, tensor<1x65x31xf32>, tensor<1x33x2xf32>
}
