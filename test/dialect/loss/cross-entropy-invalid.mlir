// What the token loss, its gradient and argmax refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @cross_entropy_c1(%0: tensor<2x3x32xf32>, %1: tensor<3x2xi32>) {
  // expected-error @+1 {{expected targets of type 'tensor<2x3xi32>', got 'tensor<3x2xi32>'}}
  %r:3 = dsa.cross_entropy %0, %1 : (tensor<2x3x32xf32>, tensor<3x2xi32>) -> (tensor<f32>, tensor<3x2xf32>, tensor<3x2xf32>)
  return
}

// -----

func.func @cross_entropy_c2(%0: tensor<0x32xf32>, %1: tensor<0xi32>) {
  // expected-error @+1 {{expected at least one token and one class, got 0}}
  %r:3 = dsa.cross_entropy %0, %1 : (tensor<0x32xf32>, tensor<0xi32>) -> (tensor<f32>, tensor<0xf32>, tensor<0xf32>)
  return
}

// -----

func.func @cross_entropy_grad_c1(%0: tensor<f32>, %1: tensor<2x3x32xf32>, %2: tensor<2x4xi32>, %3: tensor<2x3xf32>) {
  // expected-error @+1 {{expected targets of type 'tensor<2x3xi32>', got 'tensor<2x4xi32>'}}
  %r = dsa.cross_entropy_grad %0, %1, %2, %3 : (tensor<f32>, tensor<2x3x32xf32>, tensor<2x4xi32>, tensor<2x3xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @cross_entropy_grad_c2(%0: tensor<f32>, %1: tensor<2x3x32xf32>, %2: tensor<2x3xi32>, %3: tensor<6xf32>) {
  // expected-error @+1 {{expected lse of type 'tensor<2x3xf32>', got 'tensor<6xf32>'}}
  %r = dsa.cross_entropy_grad %0, %1, %2, %3 : (tensor<f32>, tensor<2x3x32xf32>, tensor<2x3xi32>, tensor<6xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @cross_entropy_grad_c3(%0: tensor<f64>, %1: tensor<2x3x32xf32>, %2: tensor<2x3xi32>, %3: tensor<2x3xf32>) {
  // expected-error @+1 {{expected grad of element type 'f32', got 'f64'}}
  %r = dsa.cross_entropy_grad %0, %1, %2, %3 : (tensor<f64>, tensor<2x3x32xf32>, tensor<2x3xi32>, tensor<2x3xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @argmax_c1(%0: tensor<2x0xf32>) {
  // expected-error @+1 {{expected at least one entry in the last axis, got 0}}
  %r = dsa.argmax %0 : (tensor<2x0xf32>) -> tensor<2xi32>
  return
}
