// Score bodies in the passes: equal ones are one op and one kernel, others stay apart, and causality is proved from masks
// alone.
// RUN: dsa-opt %s --split-input-file --dsa-simplify-graph | FileCheck %s --check-prefix=SIMPLE
// RUN: dsa-opt %s --split-input-file --dsa-outline-kernels | FileCheck %s --check-prefix=OUTLINED
// RUN: dsa-opt %s --split-input-file --dsa-verify-causality --verify-diagnostics

// SIMPLE-LABEL: func.func @bodies
// SIMPLE: %[[A:.*]], %{{.*}} = dsa.attention
// SIMPLE: %[[C:.*]], %{{.*}} = dsa.attention
// SIMPLE-NOT: dsa.attention
// SIMPLE: return %[[A]], %[[A]], %[[C]]
// OUTLINED: dsa.kernel @attention_0
// OUTLINED: arith.addf
// OUTLINED: dsa.kernel @attention_1
// OUTLINED: arith.subf
// OUTLINED-NOT: dsa.kernel
// OUTLINED: func.func @bodies
// OUTLINED: dsa.launch @attention_0
// OUTLINED: dsa.launch @attention_0
// OUTLINED: dsa.launch @attention_1
func.func @bodies(%q: tensor<1x4x2x8xf32>, %k: tensor<1x4x1x8xf32>) -> (tensor<1x4x2x8xf32>, tensor<1x4x2x8xf32>, tensor<1x4x2x8xf32>) {
  %a:2 = dsa.attention %q, %k, %k {causal, scale = 0.5 : f64} : (tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x8xf32>) -> (tensor<1x4x2x8xf32>, tensor<1x2x4xf32>) score {
  ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.addf %score, %key : f32
    dsa.yield %new : f32
  }
  %b:2 = dsa.attention %q, %k, %k {causal, scale = 0.5 : f64} : (tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x8xf32>) -> (tensor<1x4x2x8xf32>, tensor<1x2x4xf32>) score {
  ^bb0(%x: f32, %t: f32, %s: f32, %h: f32):
    %z = arith.addf %x, %s : f32
    dsa.yield %z : f32
  }
  %c:2 = dsa.attention %q, %k, %k {causal, scale = 0.5 : f64} : (tensor<1x4x2x8xf32>, tensor<1x4x1x8xf32>, tensor<1x4x1x8xf32>) -> (tensor<1x4x2x8xf32>, tensor<1x2x4xf32>) score {
  ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.subf %score, %key : f32
    dsa.yield %new : f32
  }
  return %a#0, %b#0, %c#0 : tensor<1x4x2x8xf32>, tensor<1x4x2x8xf32>, tensor<1x4x2x8xf32>
}

// -----

// A causal mask is enough, whatever the body yields.
func.func @masked(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %q = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4] : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %lse = dsa.attention %q, %q, %q {causal, scale = 0.5 : f64} : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>) -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>) score {
  ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %new = arith.mulf %score, %key : f32
    dsa.yield %new : f32
  }
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %sums = dsa.cross_entropy %logits, %next : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// -----

// A body that yields -inf for the future is no mask to the proof.
func.func @window_by_scores(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %q = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4] : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  // expected-error @+1 {{'dsa.attention' op lets row t = 0 see token s = 1: every query attends to every key}}
  %o, %lse = dsa.attention %q, %q, %q {scale = 0.5 : f64} : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>) -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>) score {
  ^bb0(%score: f32, %query: f32, %key: f32, %head: f32):
    %none = arith.constant 0xFF800000 : f32
    %future = arith.cmpf ogt, %key, %query : f32
    %new = arith.select %future, %none, %score : f32
    dsa.yield %new : f32
  }
  %y = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %y, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  // expected-note @+1 {{row t = 0 may see only tokens before the one it predicts here}}
  %loss, %each, %sums = dsa.cross_entropy %logits, %next : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}
