// A kernel holds what the table of families has a place for, and nothing else.
// RUN: dsa-opt %s --split-input-file --dsa-lower-kernels-to-cpu --verify-diagnostics

dsa.kernel @foreign_producer(%s: tensor<1x6x6xf32>) -> tensor<1x6x3xi32> {
  // expected-error @+1 {{'dsa.silu' op expected an op that the kernels of dsa.top_k have a place for}}
  %a = dsa.silu %s : (tensor<1x6x6xf32>) -> tensor<1x6x6xf32>
  %i = dsa.top_k %a {k = 3 : i64} : (tensor<1x6x6xf32>) -> tensor<1x6x3xi32>
  dsa.yield %i : tensor<1x6x3xi32>
}

// -----

dsa.kernel @two_folds(%x: tensor<6x8xf32>) -> tensor<6xi32> {
  %i = dsa.argmax %x : (tensor<6x8xf32>) -> tensor<6xi32>
  // expected-error @+1 {{'dsa.embedding' op expected an op that the kernels of dsa.argmax have a place for}}
  %e = dsa.embedding %x, %i : (tensor<6x8xf32>, tensor<6xi32>) -> tensor<6x8xf32>
  %j = dsa.argmax %e : (tensor<6x8xf32>) -> tensor<6xi32>
  dsa.yield %j : tensor<6xi32>
}

// -----

dsa.kernel @viewed_logits(%x: tensor<2x3x4xf32>, %w: tensor<5x4xf32>, %t: tensor<6xi32>) -> tensor<f32> {
  %y = dsa.linear %x, %w : (tensor<2x3x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5xf32>
  %f = tensor.collapse_shape %y [[0, 1], [2]] : tensor<2x3x5xf32> into tensor<6x5xf32>
  // expected-error @+1 {{'dsa.cross_entropy' op expected logits straight from dsa.linear, got a view of them}}
  %loss, %each, %lse = dsa.cross_entropy %f, %t : (tensor<6x5xf32>, tensor<6xi32>) -> (tensor<f32>, tensor<6xf32>, tensor<6xf32>)
  dsa.yield %loss : tensor<f32>
}
