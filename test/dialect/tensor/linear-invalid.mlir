// What a linear map and its gradients refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @linear_c1(%0: tensor<2x3x8xf32>, %1: tensor<16x6xf32>) {
  // expected-error @+1 {{expected 6 columns of input, got 8}}
  %r = dsa.linear %0, %1 : (tensor<2x3x8xf32>, tensor<16x6xf32>) -> tensor<2x3x16xf32>
  return
}

// -----

func.func @linear_c2(%0: tensor<2x3x8xf32>, %1: tensor<16x8xf64>) {
  // expected-error @+1 {{expected weight of element type 'f32', got 'f64'}}
  %r = dsa.linear %0, %1 : (tensor<2x3x8xf32>, tensor<16x8xf64>) -> tensor<2x3x16xf32>
  return
}

// -----

func.func @linear_of_a_scalar(%0: tensor<f32>, %1: tensor<16x8xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped float tensor of rank at least 1}}
  %r = dsa.linear %0, %1 : (tensor<f32>, tensor<16x8xf32>) -> tensor<16xf32>
  return
}

// -----

func.func @linear_dynamic(%0: tensor<?x8xf32>, %1: tensor<16x8xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped float tensor of rank at least 1}}
  %r = dsa.linear %0, %1 : (tensor<?x8xf32>, tensor<16x8xf32>) -> tensor<?x16xf32>
  return
}

// -----

func.func @linear_grad_input_c1(%0: tensor<2x3x15xf32>, %1: tensor<16x8xf32>) {
  // expected-error @+1 {{expected 16 columns of grad, got 15}}
  %r = dsa.linear_grad_input %0, %1 : (tensor<2x3x15xf32>, tensor<16x8xf32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @linear_grad_input_c2(%0: tensor<2x3x16xf32>, %1: tensor<16x8xbf16>) {
  // expected-error @+1 {{expected weight of element type 'f32', got 'bf16'}}
  %r = dsa.linear_grad_input %0, %1 : (tensor<2x3x16xf32>, tensor<16x8xbf16>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @linear_grad_weight_c1(%0: tensor<2x3x16xf32>, %1: tensor<3x2x8xf32>) {
  // expected-error @+1 {{expected input of type 'tensor<2x3x8xf32>', got 'tensor<3x2x8xf32>'}}
  %r = dsa.linear_grad_weight %0, %1 : (tensor<2x3x16xf32>, tensor<3x2x8xf32>) -> tensor<16x8xf32>
  return
}
