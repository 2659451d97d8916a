// Outlining hides nothing: the proof follows launches into their kernels.
// RUN: dsa-opt %s --dsa-plan-fusion --dsa-outline-kernels | not dsa-opt --dsa-verify-causality 2>&1 | FileCheck %s
// RUN: dsa-opt %s --dsa-plan-fusion --dsa-outline-kernels | not dsa-opt --dsa-graph-pipeline 2>&1 | FileCheck %s

// CHECK-NOT: error
// CHECK: error: 'dsa.attention' op lets row t = 0 see token s = 1: every query attends to every key
// CHECK-NOT: error
func.func @leaking(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4] : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>) -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}

// The same with causal attention is proved.
func.func @causal(%tokens: tensor<1x5xi32> {dsa.role = "input"}, %table: tensor<8x4xf32>) -> tensor<f32> {
  %ids = tensor.extract_slice %tokens[0, 0] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %next = tensor.extract_slice %tokens[0, 1] [1, 4] [1, 1] : tensor<1x5xi32> to tensor<1x4xi32>
  %x = dsa.embedding %table, %ids : (tensor<8x4xf32>, tensor<1x4xi32>) -> tensor<1x4x4xf32>
  %h = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [1, 4, 1, 4] : tensor<1x4x4xf32> into tensor<1x4x1x4xf32>
  %o, %l = dsa.attention %h, %h, %h {causal, scale = 0.5 : f64}
      : (tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>, tensor<1x4x1x4xf32>) -> (tensor<1x4x1x4xf32>, tensor<1x1x4xf32>)
  %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<1x4x1x4xf32> into tensor<1x4x4xf32>
  %logits = dsa.linear %r, %table : (tensor<1x4x4xf32>, tensor<8x4xf32>) -> tensor<1x4x8xf32>
  %loss, %each, %lse = dsa.cross_entropy %logits, %next
      : (tensor<1x4x8xf32>, tensor<1x4xi32>) -> (tensor<f32>, tensor<1x4xf32>, tensor<1x4xf32>)
  return %loss : tensor<f32>
}
