// What dispatch, combine and their gradients refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @dispatch_c1(%0: tensor<5x8xf32>, %1: tensor<6x2xi32>) {
  // expected-error @+1 {{expected 5 tokens of experts, got 6}}
  %r:4 = dsa.dispatch %0, %1 {num_experts = 4} : (tensor<5x8xf32>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<5xi32>, tensor<12xi32>, tensor<6x2xi32>)
  return
}

// -----

func.func @dispatch_c2(%0: tensor<6x8xf32>, %1: tensor<6x2xi32>) {
  // expected-error @+1 {{expected num_experts >= 1, got 0}}
  %r:4 = dsa.dispatch %0, %1 {num_experts = 0} : (tensor<6x8xf32>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<1xi32>, tensor<12xi32>, tensor<6x2xi32>)
  return
}

// -----

func.func @dispatch_grad_c1(%0: tensor<11x8xf32>, %1: tensor<6x2xi32>) {
  // expected-error @+1 {{expected 12 rows of grad, got 11}}
  %r = dsa.dispatch_grad %0, %1 : (tensor<11x8xf32>, tensor<6x2xi32>) -> tensor<6x8xf32>
  return
}

// -----

func.func @combine_c1(%0: tensor<12x8xf32>, %1: tensor<6x3xf32>, %2: tensor<6x2xi32>) {
  // expected-error @+1 {{expected weights of type 'tensor<6x2xf32>', got 'tensor<6x3xf32>'}}
  %r = dsa.combine %0, %1, %2 : (tensor<12x8xf32>, tensor<6x3xf32>, tensor<6x2xi32>) -> tensor<6x8xf32>
  return
}

// -----

func.func @combine_c2(%0: tensor<11x8xf32>, %1: tensor<6x2xf32>, %2: tensor<6x2xi32>) {
  // expected-error @+1 {{expected 12 rows, got 11}}
  %r = dsa.combine %0, %1, %2 : (tensor<11x8xf32>, tensor<6x2xf32>, tensor<6x2xi32>) -> tensor<6x8xf32>
  return
}

// -----

func.func @combine_grad_c1(%0: tensor<6x9xf32>, %1: tensor<12x8xf32>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>) {
  // expected-error @+1 {{expected grad of type 'tensor<6x8xf32>', got 'tensor<6x9xf32>'}}
  %r:2 = dsa.combine_grad %0, %1, %2, %3 : (tensor<6x9xf32>, tensor<12x8xf32>, tensor<6x2xf32>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<6x2xf32>)
  return
}

// -----

func.func @combine_grad_c2(%0: tensor<6x8xf32>, %1: tensor<12x8xf32>, %2: tensor<6x2xbf16>, %3: tensor<6x2xi32>) {
  // expected-error @+1 {{expected weights of type 'tensor<6x2xf32>', got 'tensor<6x2xbf16>'}}
  %r:2 = dsa.combine_grad %0, %1, %2, %3 : (tensor<6x8xf32>, tensor<12x8xf32>, tensor<6x2xbf16>, tensor<6x2xi32>) -> (tensor<12x8xf32>, tensor<6x2xbf16>)
  return
}

// -----

func.func @combine_grad_c3(%0: tensor<6x8xf32>, %1: tensor<13x8xf32>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>) {
  // expected-error @+1 {{expected 12 rows, got 13}}
  %r:2 = dsa.combine_grad %0, %1, %2, %3 : (tensor<6x8xf32>, tensor<13x8xf32>, tensor<6x2xf32>, tensor<6x2xi32>) -> (tensor<13x8xf32>, tensor<6x2xf32>)
  return
}
