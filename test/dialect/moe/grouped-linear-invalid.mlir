// What linear maps grouped by expert and their gradients refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @grouped_linear_c1(%0: tensor<12x9xf32>, %1: tensor<4x16x8xf32>, %2: tensor<5xi32>) {
  // expected-error @+1 {{expected 8 columns of input, got 9}}
  %r = dsa.grouped_linear %0, %1, %2 : (tensor<12x9xf32>, tensor<4x16x8xf32>, tensor<5xi32>) -> tensor<12x16xf32>
  return
}

// -----

func.func @grouped_linear_c2(%0: tensor<12x8xf32>, %1: tensor<4x16x8xf64>, %2: tensor<5xi32>) {
  // expected-error @+1 {{expected weight of element type 'f32', got 'f64'}}
  %r = dsa.grouped_linear %0, %1, %2 : (tensor<12x8xf32>, tensor<4x16x8xf64>, tensor<5xi32>) -> tensor<12x16xf32>
  return
}

// -----

func.func @grouped_linear_c3(%0: tensor<12x8xf32>, %1: tensor<4x16x8xf32>, %2: tensor<4xi32>) {
  // expected-error @+1 {{expected 5 offsets, got 4}}
  %r = dsa.grouped_linear %0, %1, %2 : (tensor<12x8xf32>, tensor<4x16x8xf32>, tensor<4xi32>) -> tensor<12x16xf32>
  return
}

// -----

func.func @grouped_linear_grad_input_c1(%0: tensor<12x8xf32>, %1: tensor<4x16x8xf32>, %2: tensor<5xi32>) {
  // expected-error @+1 {{expected 16 columns of grad, got 8}}
  %r = dsa.grouped_linear_grad_input %0, %1, %2 : (tensor<12x8xf32>, tensor<4x16x8xf32>, tensor<5xi32>) -> tensor<12x8xf32>
  return
}

// -----

func.func @grouped_linear_grad_input_c2(%0: tensor<12x16xf32>, %1: tensor<4x16x8xf64>, %2: tensor<5xi32>) {
  // expected-error @+1 {{expected weight of element type 'f32', got 'f64'}}
  %r = dsa.grouped_linear_grad_input %0, %1, %2 : (tensor<12x16xf32>, tensor<4x16x8xf64>, tensor<5xi32>) -> tensor<12x8xf32>
  return
}

// -----

func.func @grouped_linear_grad_input_c3(%0: tensor<12x16xf32>, %1: tensor<4x16x8xf32>, %2: tensor<6xi32>) {
  // expected-error @+1 {{expected 5 offsets, got 6}}
  %r = dsa.grouped_linear_grad_input %0, %1, %2 : (tensor<12x16xf32>, tensor<4x16x8xf32>, tensor<6xi32>) -> tensor<12x8xf32>
  return
}

// -----

func.func @grouped_linear_grad_weight_c1(%0: tensor<12x16xf32>, %1: tensor<11x8xf32>, %2: tensor<5xi32>) {
  // expected-error @+1 {{expected input of type 'tensor<12x8xf32>', got 'tensor<11x8xf32>'}}
  %r = dsa.grouped_linear_grad_weight %0, %1, %2 : (tensor<12x16xf32>, tensor<11x8xf32>, tensor<5xi32>) -> tensor<4x16x8xf32>
  return
}

// -----

func.func @grouped_linear_grad_weight_c2(%0: tensor<12x16xf32>, %1: tensor<12x8xf32>, %2: tensor<1xi32>) {
  // expected-error @+1 {{expected offsets of at least one expert, got 1}}
  %r = dsa.grouped_linear_grad_weight %0, %1, %2 : (tensor<12x16xf32>, tensor<12x8xf32>, tensor<1xi32>) -> tensor<0x16x8xf32>
  return
}
