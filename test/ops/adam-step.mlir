// The first step by hand: Adam, AdamW, decay through the gradient, a clipped gradient; then later steps.
// RUN: dsa-run %s --target=reference --print | FileCheck %s
// RUN: dsa-run %s --target=cpu --against=reference
// The first step has the length of the learning rate whatever the gradient.
// CHECK: @adam
// CHECK: p f32[1] = [0.9]
// CHECK: m f32[1] = [0.05]
// CHECK: v f32[1] = [0.00025]
func.func @adam() -> (tensor<1xf32> {dsa.name = "p"}, tensor<1xf32> {dsa.name = "m"}, tensor<1xf32> {dsa.name = "v"}) {
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %g = arith.constant dense<0.5> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %rate = arith.constant dense<0.1> : tensor<f32>
  %step = arith.constant dense<1> : tensor<i64>
  %q, %m, %v = dsa.adam_step %p, %g, %zero, %zero, %rate, %step
      : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<f32>, tensor<i64>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %q, %m, %v : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// CHECK: @decoupled
// CHECK: p f32[1] = [0.89]
// CHECK: m f32[1] = [0.05]
func.func @decoupled() -> (tensor<1xf32> {dsa.name = "p"}, tensor<1xf32> {dsa.name = "m"}, tensor<1xf32> {dsa.name = "v"}) {
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %g = arith.constant dense<0.5> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %rate = arith.constant dense<0.1> : tensor<f32>
  %step = arith.constant dense<1> : tensor<i64>
  %q, %m, %v = dsa.adam_step %p, %g, %zero, %zero, %rate, %step {weight_decay = 0.1 : f64, decoupled}
      : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<f32>, tensor<i64>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %q, %m, %v : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// CHECK: @coupled
// CHECK: p f32[1] = [0.9]
// CHECK: m f32[1] = [0.06]
// CHECK: v f32[1] = [0.00036]
func.func @coupled() -> (tensor<1xf32> {dsa.name = "p"}, tensor<1xf32> {dsa.name = "m"}, tensor<1xf32> {dsa.name = "v"}) {
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %g = arith.constant dense<0.5> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %rate = arith.constant dense<0.1> : tensor<f32>
  %step = arith.constant dense<1> : tensor<i64>
  %q, %m, %v = dsa.adam_step %p, %g, %zero, %zero, %rate, %step {weight_decay = 0.1 : f64}
      : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<f32>, tensor<i64>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %q, %m, %v : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// CHECK: @clipped
// CHECK: p f32[1] = [0.9]
// CHECK: m f32[1] = [0.01]
// CHECK: v f32[1] = [1e-05]
func.func @clipped() -> (tensor<1xf32> {dsa.name = "p"}, tensor<1xf32> {dsa.name = "m"}, tensor<1xf32> {dsa.name = "v"}) {
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %g = arith.constant dense<0.5> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %rate = arith.constant dense<0.1> : tensor<f32>
  %step = arith.constant dense<1> : tensor<i64>
  %factor = arith.constant dense<0.2> : tensor<f32>
  %q, %m, %v = dsa.adam_step %p, %g, %zero, %zero, %rate, %step factor(%factor)
      : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<f32>, tensor<i64>, tensor<f32>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %q, %m, %v : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// CHECK: @zero
// CHECK: p f32[1] = [1]
// CHECK: m f32[1] = [0]
func.func @zero() -> (tensor<1xf32> {dsa.name = "p"}, tensor<1xf32> {dsa.name = "m"}, tensor<1xf32> {dsa.name = "v"}) {
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %g = arith.constant dense<0.0> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %rate = arith.constant dense<0.1> : tensor<f32>
  %step = arith.constant dense<1> : tensor<i64>
  %q, %m, %v = dsa.adam_step %p, %g, %zero, %zero, %rate, %step
      : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<f32>, tensor<i64>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %q, %m, %v : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// The second step divides by 1 - beta^2: 0.14 / 0.19 and 0.01024 / 0.001999.
// CHECK: @second
// CHECK: p f32[1] = [0.967444]
// CHECK: m f32[1] = [0.14]
// CHECK: v f32[1] = [0.01024]
func.func @second() -> (tensor<1xf32> {dsa.name = "p"}, tensor<1xf32> {dsa.name = "m"}, tensor<1xf32> {dsa.name = "v"}) {
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %g = arith.constant dense<0.5> : tensor<1xf32>
  %m = arith.constant dense<0.1> : tensor<1xf32>
  %v = arith.constant dense<0.01> : tensor<1xf32>
  %rate = arith.constant dense<0.1> : tensor<f32>
  %step = arith.constant dense<2> : tensor<i64>
  %q, %n, %w = dsa.adam_step %p, %g, %m, %v, %rate, %step
      : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<f32>, tensor<i64>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>)
  return %q, %n, %w : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

func.func @odd(%p: tensor<13x17xf32>, %g: tensor<13x17xf32>, %m: tensor<13x17xf32> {dsa.role = "state"}, %v: tensor<13x17xf32> {dsa.role = "state"}, %rate: tensor<f32> {dsa.role = "learning_rate"},
    %step: tensor<i64> {dsa.range = array<i64: 7, 8>}) -> (tensor<13x17xf32> {dsa.updates = 0}, tensor<13x17xf32> {dsa.updates = 2}, tensor<13x17xf32> {dsa.updates = 3}) {
  %q, %n, %w = dsa.adam_step %p, %g, %m, %v, %rate, %step {beta2 = 0.95 : f64, eps = 1.0e-6 : f64} : (tensor<13x17xf32>, tensor<13x17xf32>, tensor<13x17xf32>, tensor<13x17xf32>, tensor<f32>, tensor<i64>) -> (tensor<13x17xf32>, tensor<13x17xf32>, tensor<13x17xf32>)
  return %q, %n, %w : tensor<13x17xf32>, tensor<13x17xf32>, tensor<13x17xf32>
}

func.func @odd_decoupled(%p: tensor<1031xf32>, %g: tensor<1031xf32>, %m: tensor<1031xf32> {dsa.role = "state"}, %v: tensor<1031xf32> {dsa.role = "state"}, %rate: tensor<f32> {dsa.role = "learning_rate"},
    %step: tensor<i64> {dsa.range = array<i64: 7, 8>}, %factor: tensor<f32> {dsa.range = array<i64: 0, 1>}) -> (tensor<1031xf32> {dsa.updates = 0}, tensor<1031xf32> {dsa.updates = 2}, tensor<1031xf32> {dsa.updates = 3}) {
  %q, %n, %w = dsa.adam_step %p, %g, %m, %v, %rate, %step factor(%factor) {weight_decay = 0.1 : f64, decoupled} : (tensor<1031xf32>, tensor<1031xf32>, tensor<1031xf32>, tensor<1031xf32>, tensor<f32>, tensor<i64>, tensor<f32>) -> (tensor<1031xf32>, tensor<1031xf32>, tensor<1031xf32>)
  return %q, %n, %w : tensor<1031xf32>, tensor<1031xf32>, tensor<1031xf32>
}

func.func @far(%p: tensor<3x5x7xf32>, %g: tensor<3x5x7xf32>, %m: tensor<3x5x7xf32> {dsa.role = "state"}, %v: tensor<3x5x7xf32> {dsa.role = "state"}, %rate: tensor<f32> {dsa.role = "learning_rate"},
    %step: tensor<i64> {dsa.range = array<i64: 10007, 10008>}) -> (tensor<3x5x7xf32> {dsa.updates = 0}, tensor<3x5x7xf32> {dsa.updates = 2}, tensor<3x5x7xf32> {dsa.updates = 3}) {
  %q, %n, %w = dsa.adam_step %p, %g, %m, %v, %rate, %step {weight_decay = 0.01 : f64} : (tensor<3x5x7xf32>, tensor<3x5x7xf32>, tensor<3x5x7xf32>, tensor<3x5x7xf32>, tensor<f32>, tensor<i64>) -> (tensor<3x5x7xf32>, tensor<3x5x7xf32>, tensor<3x5x7xf32>)
  return %q, %n, %w : tensor<3x5x7xf32>, tensor<3x5x7xf32>, tensor<3x5x7xf32>
}
