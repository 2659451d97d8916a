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

// -----

// A norm needs whole rows of its operand in memory.
dsa.kernel @norm_of_tiles(%x: tensor<6x8xf32>, %g: tensor<8xf32>, %w: tensor<4x8xf32>) -> tensor<6x4xf32> {
  %s = dsa.silu %x : (tensor<6x8xf32>) -> tensor<6x8xf32>
  // expected-error @+1 {{'dsa.rms_norm' op expected an op that the kernels of dsa.linear have a place for}}
  %n = dsa.rms_norm %s, %g {eps = 1.0e-6 : f64} : (tensor<6x8xf32>, tensor<8xf32>) -> tensor<6x8xf32>
  %y = dsa.linear %n, %w : (tensor<6x8xf32>, tensor<4x8xf32>) -> tensor<6x4xf32>
  dsa.yield %y : tensor<6x4xf32>
}

// -----

// What is computed on the way into a factor exists nowhere else.
dsa.kernel @prologue_is_yielded(%x: tensor<6x8xf32>, %w: tensor<4x8xf32>) -> (tensor<6x8xf32>, tensor<6x4xf32>) {
  // expected-error @+1 {{'dsa.silu' op expected an op that the kernels of dsa.linear have a place for}}
  %s = dsa.silu %x : (tensor<6x8xf32>) -> tensor<6x8xf32>
  %y = dsa.linear %s, %w : (tensor<6x8xf32>, tensor<4x8xf32>) -> tensor<6x4xf32>
  dsa.yield %s, %y : tensor<6x8xf32>, tensor<6x4xf32>
}

// -----

// A norm may stand before a product, not behind it.
dsa.kernel @norm_behind(%x: tensor<6x8xf32>, %g: tensor<4xf32>, %w: tensor<4x8xf32>) -> tensor<6x4xf32> {
  %y = dsa.linear %x, %w : (tensor<6x8xf32>, tensor<4x8xf32>) -> tensor<6x4xf32>
  // expected-error @+1 {{'dsa.rms_norm' op expected an op that the kernels of dsa.linear have a place for}}
  %n = dsa.rms_norm %y, %g {eps = 1.0e-6 : f64} : (tensor<6x4xf32>, tensor<4xf32>) -> tensor<6x4xf32>
  dsa.yield %n : tensor<6x4xf32>
}

// -----

// The gradient of a weight packs its second factor only.
dsa.kernel @first_factor(%d: tensor<6x4xf32>, %x: tensor<6x8xf32>) -> tensor<4x8xf32> {
  // expected-error @+1 {{'dsa.silu' op expected an op that the kernels of dsa.linear_grad_weight have a place for}}
  %s = dsa.silu %d : (tensor<6x4xf32>) -> tensor<6x4xf32>
  %y = dsa.linear_grad_weight %s, %x : (tensor<6x4xf32>, tensor<6x8xf32>) -> tensor<4x8xf32>
  dsa.yield %y : tensor<4x8xf32>
}

// -----

dsa.kernel @other_columns(%x: tensor<6x8xf32>, %w: tensor<4x4xf32>) -> tensor<6x2x4xf32> {
  %s = dsa.silu %x : (tensor<6x8xf32>) -> tensor<6x8xf32>
  %r = tensor.expand_shape %s [[0], [1, 2]] output_shape [6, 2, 4] : tensor<6x8xf32> into tensor<6x2x4xf32>
  // expected-error @+1 {{'dsa.linear' op expected ops before it with rows of 4 columns, got 8}}
  %y = dsa.linear %r, %w : (tensor<6x2x4xf32>, tensor<4x4xf32>) -> tensor<6x2x4xf32>
  dsa.yield %y : tensor<6x2x4xf32>
}
