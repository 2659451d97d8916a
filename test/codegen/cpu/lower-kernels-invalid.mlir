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
