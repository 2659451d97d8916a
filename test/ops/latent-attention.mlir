// Means of the visible values, which one map makes of the latents; both forms are the same function.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// RUN: dsa-opt %s --dsa-decompose-latent-attention | dsa-run - --target=reference --print | FileCheck %s
// RUN: not dsa-run %s --entry=outside --target=reference 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// OUTSIDE: dsa.sparse_attention: expected an index in [-1, 3) in row 0, got 3

// Queries are zero, so every visible key weighs the same; the value map is (2, -1) on latents (3, 0), (9, 6), (12, 0).
// CHECK: @causal
// CHECK: o f32[1x3x1x1] = {{\[\[\[\[}}6]], {{\[\[}}9]], {{\[\[}}14]]]]
// CHECK: lse f32[1x1x3] = {{\[\[\[}}0, 0.693147, 1.09861]]]
func.func @causal() -> (tensor<1x3x1x1xf32> {dsa.name = "o"}, tensor<1x1x3xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x3x1x2xf32>
  %c = arith.constant dense<[[[3.0, 0.0], [9.0, 6.0], [12.0, 0.0]]]> : tensor<1x3x2xf32>
  %r = arith.constant dense<1.0> : tensor<1x3x1xf32>
  %w = arith.constant dense<[[1.0, 1.0], [2.0, -1.0]]> : tensor<2x2xf32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {causal, form = #dsa<latent_form absorbed>, scale = 1.0 : f64}
      : (tensor<1x3x1x2xf32>, tensor<1x3x2xf32>, tensor<1x3x1xf32>, tensor<2x2xf32>) -> (tensor<1x3x1x1xf32>, tensor<1x1x3xf32>)
  return %o, %lse : tensor<1x3x1x1xf32>, tensor<1x1x3xf32>
}

// Head 0 scores by the latent alone: (0, ln 3) / 2 scaled by 2 gives (1/4, 3/4); head 1 by the rope key alone: (1/2, 1/2).
// CHECK: @nope_and_rope
// CHECK: o f32[1x1x2x1] = {{\[\[\[\[}}3], [20]]]]
func.func @nope_and_rope() -> (tensor<1x1x2x1xf32> {dsa.name = "o"}) {
  %q = arith.constant dense<[[[[2.0, 0.0], [0.0, 2.0]]]]> : tensor<1x1x2x2xf32>
  %c = arith.constant dense<[[[0.0, 0.0], [1.0986122887, 4.0]]]> : tensor<1x2x2xf32>
  %r = arith.constant dense<7.0> : tensor<1x2x1xf32>
  %w = arith.constant dense<[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 10.0]]> : tensor<4x2xf32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w {form = #dsa<latent_form expanded>, scale = 0.5 : f64}
      : (tensor<1x1x2x2xf32>, tensor<1x2x2xf32>, tensor<1x2x1xf32>, tensor<4x2xf32>) -> (tensor<1x1x2x1xf32>, tensor<1x2x1xf32>)
  return %o : tensor<1x1x2x1xf32>
}

// Row 0 selects keys 0 and 2 but may only see key 0; row 1 selects nothing.
// CHECK: @selected
// CHECK: o f32[1x3x1x1] = {{\[\[\[\[}}3]], {{\[\[}}0]], {{\[\[}}7]]]]
// CHECK: lse f32[1x1x3] = {{\[\[\[}}0, -inf, 0.693147]]]
func.func @selected() -> (tensor<1x3x1x1xf32> {dsa.name = "o"}, tensor<1x1x3xf32> {dsa.name = "lse"}) {
  %q = arith.constant dense<0.0> : tensor<1x3x1x1xf32>
  %c = arith.constant dense<[[[3.0], [9.0], [11.0]]]> : tensor<1x3x1xf32>
  %r = arith.constant dense<1.0> : tensor<1x3x1xf32>
  %w = arith.constant dense<1.0> : tensor<1x1xf32>
  %i = arith.constant dense<[[[0, 2], [-1, -1], [0, 2]]]> : tensor<1x3x2xi32>
  %o, %lse = dsa.latent_attention %q, %c, %r, %w selected(%i) {causal, scale = 1.0 : f64}
      : (tensor<1x3x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x1xf32>, tensor<1x3x2xi32>) -> (tensor<1x3x1x1xf32>, tensor<1x1x3xf32>)
  return %o, %lse : tensor<1x3x1x1xf32>, tensor<1x1x3xf32>
}

func.func private @outside(%q: tensor<1x1x1x1xf32>, %c: tensor<1x3x1xf32>, %w: tensor<1x1xf32>) -> tensor<1x1x1x1xf32> {
  %i = arith.constant dense<[[[0, 3]]]> : tensor<1x1x2xi32>
  %o, %lse = dsa.latent_attention %q, %c, %c, %w selected(%i) {scale = 1.0 : f64}
      : (tensor<1x1x1x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x1xf32>, tensor<1x1x2xi32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
  return %o : tensor<1x1x1x1xf32>
}
