// What the gradient of the activation refuses.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @silu_grad_c1(%0: tensor<2x3x8xf32>, %1: tensor<2x3x16xf32>) {
  // expected-error @+1 {{expected grad of type 'tensor<2x3x16xf32>', got 'tensor<2x3x8xf32>'}}
  %r = dsa.silu_grad %0, %1 : (tensor<2x3x8xf32>, tensor<2x3x16xf32>) -> tensor<2x3x16xf32>
  return
}
