// What routing, its gradient and the balance loss refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @route_c1(%0: tensor<6x4xf32>) {
  // expected-error @+1 {{expected 1 <= k <= 4, got 5}}
  %r:3 = dsa.route %0 {k = 5} : (tensor<6x4xf32>) -> (tensor<6x5xf32>, tensor<6x5xi32>, tensor<6x4xf32>)
  return
}

// -----

func.func @route_c1_none(%0: tensor<6x4xf32>) {
  // expected-error @+1 {{expected 1 <= k <= 4, got 0}}
  %r:3 = dsa.route %0 {k = 0} : (tensor<6x4xf32>) -> (tensor<6x0xf32>, tensor<6x0xi32>, tensor<6x4xf32>)
  return
}

// -----

func.func @route_c2(%0: tensor<6x4xf32>) {
  // expected-error @+1 {{expected a finite noise >= 0, got -1}}
  %r:3 = dsa.route %0 {k = 2, noise = -1.0} : (tensor<6x4xf32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
  return
}

// -----

func.func @route_c3(%0: tensor<6x4xf32>, %1: tensor<5x2xi32>) {
  // expected-error @+1 {{expected chosen of type 'tensor<6x2xi32>', got 'tensor<5x2xi32>'}}
  %r:3 = dsa.route %0 chosen(%1) {k = 2} : (tensor<6x4xf32>, tensor<5x2xi32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
  return
}

// -----

func.func @route_grad_c1(%0: tensor<6x3xf32>, %1: tensor<6x4xf32>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>, %4: tensor<6x4xf32>) {
  // expected-error @+1 {{expected weights_grad of type 'tensor<6x2xf32>', got 'tensor<6x3xf32>'}}
  %r = dsa.route_grad %0, %1, %2, %3, %4 : (tensor<6x3xf32>, tensor<6x4xf32>, tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>) -> tensor<6x4xf32>
  return
}

// -----

func.func @route_grad_c2(%0: tensor<6x2xf32>, %1: tensor<6x5xf32>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>, %4: tensor<6x4xf32>) {
  // expected-error @+1 {{expected probabilities_grad of type 'tensor<6x4xf32>', got 'tensor<6x5xf32>'}}
  %r = dsa.route_grad %0, %1, %2, %3, %4 : (tensor<6x2xf32>, tensor<6x5xf32>, tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>) -> tensor<6x4xf32>
  return
}

// -----

func.func @route_grad_c3(%0: tensor<6x2xf32>, %1: tensor<6x4xf32>, %2: tensor<6x2xf32>, %3: tensor<6x3xi32>, %4: tensor<6x4xf32>) {
  // expected-error @+1 {{expected experts of type 'tensor<6x2xi32>', got 'tensor<6x3xi32>'}}
  %r = dsa.route_grad %0, %1, %2, %3, %4 : (tensor<6x2xf32>, tensor<6x4xf32>, tensor<6x2xf32>, tensor<6x3xi32>, tensor<6x4xf32>) -> tensor<6x4xf32>
  return
}

// -----

func.func @route_grad_c4(%0: tensor<6x2xf32>, %1: tensor<5x4xf32>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>, %4: tensor<5x4xf32>) {
  // expected-error @+1 {{expected 5 tokens of weights, got 6}}
  %r = dsa.route_grad %0, %1, %2, %3, %4 : (tensor<6x2xf32>, tensor<5x4xf32>, tensor<6x2xf32>, tensor<6x2xi32>, tensor<5x4xf32>) -> tensor<5x4xf32>
  return
}

// -----

func.func @route_grad_c5(%0: tensor<6x2xf32>, %1: tensor<6x4xf64>, %2: tensor<6x2xf32>, %3: tensor<6x2xi32>, %4: tensor<6x4xf64>) {
  // expected-error @+1 {{expected weights of element type 'f64', got 'f32'}}
  %r = dsa.route_grad %0, %1, %2, %3, %4 : (tensor<6x2xf32>, tensor<6x4xf64>, tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf64>) -> tensor<6x4xf64>
  return
}

// -----

func.func @balance_loss_c1(%0: tensor<6x4xf32>, %1: tensor<5x2xi32>) {
  // expected-error @+1 {{expected 6 tokens of experts, got 5}}
  %r = dsa.balance_loss %0, %1 {coefficient = 1.0} : (tensor<6x4xf32>, tensor<5x2xi32>) -> tensor<f32>
  return
}

// -----

func.func @balance_loss_c2(%0: tensor<6x4xf32>, %1: tensor<6x2xi32>) {
  // expected-error @+1 {{expected a finite coefficient, got NaN}}
  %r = dsa.balance_loss %0, %1 {coefficient = 0x7FF8000000000000 : f64} : (tensor<6x4xf32>, tensor<6x2xi32>) -> tensor<f32>
  return
}

// -----

func.func @balance_loss_grad_c1(%0: tensor<f32>, %1: tensor<6x2xi32>) {
  // expected-error @+1 {{expected num_experts >= 1, got 0}}
  %r = dsa.balance_loss_grad %0, %1 {coefficient = 1.0, num_experts = 0} : (tensor<f32>, tensor<6x2xi32>) -> tensor<6x0xf32>
  return
}

// -----

func.func @balance_loss_grad_c2(%0: tensor<f32>, %1: tensor<6x2xi32>) {
  // expected-error @+1 {{expected a finite coefficient, got +Inf}}
  %r = dsa.balance_loss_grad %0, %1 {coefficient = 0x7FF0000000000000 : f64, num_experts = 4} : (tensor<f32>, tensor<6x2xi32>) -> tensor<6x4xf32>
  return
}
