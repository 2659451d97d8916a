// What the root-mean-square norm and its gradient refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @rms_norm_c1(%0: tensor<2x3x8xf32>, %1: tensor<7xf32>) {
  // expected-error @+1 {{expected gain of type 'tensor<8xf32>', got 'tensor<7xf32>'}}
  %r = dsa.rms_norm %0, %1 {eps = 0.5} : (tensor<2x3x8xf32>, tensor<7xf32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @rms_norm_c2(%0: tensor<2x3x8xf32>, %1: tensor<8xf32>) {
  // expected-error @+1 {{expected a finite eps > 0, got 0}}
  %r = dsa.rms_norm %0, %1 {eps = 0.0} : (tensor<2x3x8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @rms_norm_grad_c1(%0: tensor<3x2x8xf32>, %1: tensor<2x3x8xf32>, %2: tensor<8xf32>) {
  // expected-error @+1 {{expected grad of type 'tensor<2x3x8xf32>', got 'tensor<3x2x8xf32>'}}
  %r:2 = dsa.rms_norm_grad %0, %1, %2 {eps = 0.5} : (tensor<3x2x8xf32>, tensor<2x3x8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<8xf32>)
  return
}

// -----

func.func @rms_norm_grad_c2(%0: tensor<2x3x8xf32>, %1: tensor<2x3x8xf32>, %2: tensor<8xf64>) {
  // expected-error @+1 {{expected gain of type 'tensor<8xf32>', got 'tensor<8xf64>'}}
  %r:2 = dsa.rms_norm_grad %0, %1, %2 {eps = 0.5} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<8xf64>) -> (tensor<2x3x8xf32>, tensor<8xf64>)
  return
}

// -----

func.func @rms_norm_grad_c3(%0: tensor<2x3x8xf32>, %1: tensor<2x3x8xf32>, %2: tensor<8xf32>) {
  // expected-error @+1 {{expected a finite eps > 0, got -1}}
  %r:2 = dsa.rms_norm_grad %0, %1, %2 {eps = -1.0} : (tensor<2x3x8xf32>, tensor<2x3x8xf32>, tensor<8xf32>) -> (tensor<2x3x8xf32>, tensor<8xf32>)
  return
}
