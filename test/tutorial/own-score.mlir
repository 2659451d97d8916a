// A score function of your own, without a line of C++: write ALiBi, see it run between the product and the softmax, differentiate it.
// Read this file from top to bottom. Every RUN line below is a command that you can type, and the words behind REFUSED, FUSED and so on
// are what you will see.
//
// 1. Write it. Attention takes softmax(score) of scaled products; a score body says for one pair of a query and a key what the softmax sees instead.
// ALiBi (Press et al. 2022) takes a penalty away that grows with the distance, with a slope of 2^(-2 (h + 1)) for each of four heads here. The body is
// told the score, the positions of the query and the key, and the number of the query head, all as numbers. Which pairs there are it does not
// decide: that is for masks and selections, so the causality proof does not look into it.
//
func.func @alibi(%q: tensor<2x37x4x16xf32>, %k: tensor<2x37x2x16xf32>, %v: tensor<2x37x2x16xf32>) -> (tensor<2x37x4x16xf32> {dsa.name = "o"}) {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.25 : f64}
      : (tensor<2x37x4x16xf32>, tensor<2x37x2x16xf32>, tensor<2x37x2x16xf32>) -> (tensor<2x37x4x16xf32>, tensor<2x4x37xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %step = arith.constant -2.0 : f32
        %exponent = math.fma %step, %head, %step : f32
        %slope = math.exp2 %exponent : f32
        %distance = arith.subf %query, %key : f32
        %penalty = arith.mulf %slope, %distance : f32
        %new = arith.subf %score, %penalty : f32
        dsa.yield %new : f32
      }
  return %o : tensor<2x37x4x16xf32>
}
//
// RUN: sed 's/math.exp2/math.atan/' %s | not dsa-opt 2>&1 | FileCheck %s --check-prefix=REFUSED
// REFUSED: error: 'math.atan' op expected an op that a score body may hold (arith.constant, arith.addf,
//
// 2. See that it stays where it is: one kernel, which makes tiles of scores, passes them through the body and goes on to the softmax. No tensor of
// all pairs exists.
//
// RUN: dsa-opt %s --dsa-plan-fusion --dsa-outline-kernels | FileCheck %s --check-prefix=FUSED
// FUSED: dsa.kernel @attention_0(
// FUSED-NEXT: dsa.attention
// FUSED: score {
// FUSED-NEXT: ^bb0(%[[SCORE:.*]]: f32, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32):
// FUSED: arith.subf %[[SCORE]]
// FUSED: func.func @alibi
// FUSED-NEXT: dsa.launch @attention_0
// FUSED-NEXT: return
//
// 3. Run it, and doubt it. The reference evaluates the body pair by pair, in double precision.
//
// RUN: dsa-run %s --entry=alibi --target=cpu --against=reference | FileCheck %s --check-prefix=RUN-IT
// RUN-IT: @alibi
// RUN-IT: o f32[2x37x4x16]: ok, max error
//
// 4. Differentiate it. Nothing more is to be written: the gradient of attention gets the body with its derivative behind the new score. That of ALiBi
// is 1; here scores are capped as well, with c tanh(score / c).
//
func.func @loss(%q: tensor<1x9x2x4xf32> {dsa.role = "parameter", dsa.name = "q"}, %k: tensor<1x9x1x4xf32> {dsa.role = "parameter", dsa.name = "k"},
    %v: tensor<1x9x1x4xf32> {dsa.role = "parameter", dsa.name = "v"}, %targets: tensor<18xi32>) -> (tensor<f32> {dsa.name = "loss", dsa.minimize = 1.0 : f64})
    attributes {dsa.train = {gradients}} {
  %o, %lse = dsa.attention %q, %k, %v {causal, scale = 0.5 : f64}
      : (tensor<1x9x2x4xf32>, tensor<1x9x1x4xf32>, tensor<1x9x1x4xf32>) -> (tensor<1x9x2x4xf32>, tensor<1x2x9xf32>)
      score {
      ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
        %c = arith.constant 2.0 : f32
        %slope = arith.constant 0.125 : f32
        %part = arith.divf %score, %c : f32
        %bent = math.tanh %part : f32
        %capped = arith.mulf %c, %bent : f32
        %distance = arith.subf %query, %key : f32
        %penalty = arith.mulf %slope, %distance : f32
        %new = arith.subf %capped, %penalty : f32
        dsa.yield %new : f32
      }
  %logits = tensor.collapse_shape %o [[0, 1, 2], [3]] : tensor<1x9x2x4xf32> into tensor<18x4xf32>
  %loss, %each, %sums = dsa.cross_entropy %logits, %targets : (tensor<18x4xf32>, tensor<18xi32>) -> (tensor<f32>, tensor<18xf32>, tensor<18xf32>)
  return %loss : tensor<f32>
}
//
// RUN: dsa-opt %s --dsa-differentiate-graph | FileCheck %s --check-prefix=DERIVED
// DERIVED: func.func @loss
// DERIVED: dsa.attention_grad
// DERIVED: score {
// DERIVED: %[[BENT:.*]] = math.tanh
// DERIVED: arith.mulf %[[BENT]], %[[BENT]]
// DERIVED: dsa.yield %{{.*}}, %{{.*}} : f32, f32
//
// 5. Doubt that too: every derivative is compared with differences of the loss, all in double precision.
//
// RUN: dsa-run %s --check-gradients --entry=loss | FileCheck %s --check-prefix=CHECKED
// CHECKED: grad.q f64[1x9x2x4]: ok
// CHECKED: grad.k f64[1x9x1x4]: ok
// CHECKED: grad.v f64[1x9x1x4]: ok
//
// `dsa.sparse_attention` takes the same body, and from C++ it is the last argument of `Graph::attention`. A body over positions alone can
// stand for a mask (yield -inf, and the pair counts as one that is not visible), but the proof of causality reads masks, not bodies.
