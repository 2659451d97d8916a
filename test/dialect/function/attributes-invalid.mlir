// What the attributes of a function refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{expected dsa.name to be a string that is not empty, got ""}}
func.func @dialect_c1(%0: tensor<4xf32> {dsa.name = ""}) {
  return
}

// -----

// expected-error @+1 {{expected dsa.name to be a string that is not empty, got 1 : i64}}
func.func @dialect_c1_result(%0: tensor<f32>) -> (tensor<f32> {dsa.name = 1}) {
  return %0 : tensor<f32>
}

// -----

// expected-error @+1 {{expected arguments of different names, got "w" for arguments 0 and 1}}
func.func @dialect_c2(%0: tensor<f32> {dsa.name = "w"}, %1: tensor<f32> {dsa.name = "w"}) {
  return
}

// -----

// expected-error @+1 {{expected dsa.role to be input, parameter, state, seed, step or learning_rate, got "weight"}}
func.func @dialect_c3(%0: tensor<f32> {dsa.role = "weight"}) {
  return
}

// -----

// expected-error @+1 {{expected a seed of type tensor<i64>, got 'tensor<i32>'}}
func.func @dialect_c4(%0: tensor<i32> {dsa.role = "seed"}) {
  return
}

// -----

// expected-error @+1 {{expected a learning_rate that is a scalar float tensor, got 'tensor<1xf32>'}}
func.func @dialect_c4_rate(%0: tensor<1xf32> {dsa.role = "learning_rate"}) {
  return
}

// -----

// expected-error @+1 {{expected dsa.updates to be the number of one of 1 arguments, got 1 : i64}}
func.func @dialect_c5(%0: tensor<f32>) -> (tensor<f32> {dsa.updates = 1 : i64}) {
  return %0 : tensor<f32>
}

// -----

// expected-error @+1 {{expected result 0 of type 'tensor<4xf32>' like the argument that it updates, got 'tensor<f32>'}}
func.func @dialect_c6(%0: tensor<f32>, %1: tensor<4xf32>) -> (tensor<f32> {dsa.updates = 1 : i64}) {
  return %0 : tensor<f32>
}

// -----

// expected-error @+1 {{expected one result to update argument 0, got results 0 and 1}}
func.func @dialect_c7(%0: tensor<f32>)
    -> (tensor<f32> {dsa.updates = 0 : i64}, tensor<f32> {dsa.updates = 0 : i64}) {
  return %0, %0 : tensor<f32>, tensor<f32>
}

// -----

// expected-error @+1 {{expected dsa.minimize to be an f64 weight of a scalar float result, got 1.000000e+00 : f64 on 'tensor<4xf32>'}}
func.func @dialect_c8(%0: tensor<4xf32>) -> (tensor<4xf32> {dsa.minimize = 1.0}) {
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected dsa.train to be a dictionary on a function, got "adam"}}
func.func @dialect_c9() attributes {dsa.train = "adam"} {
  return
}

// -----

// expected-error @+1 {{expected dsa.group to be a string that is not empty, got ""}}
func.func @dialect_c10(%0: tensor<f32> {dsa.role = "parameter", dsa.group = ""}) {
  return
}

// -----

// expected-error @+1 {{expected dsa.group to be a string that is not empty, got 1 : i64}}
func.func @dialect_c10_result(%0: tensor<f32>) -> (tensor<f32> {dsa.minimize = 1.0 : f64, dsa.group = 1}) {
  return %0 : tensor<f32>
}

// -----

// expected-error @+1 {{expected dsa.group on a parameter or a step, got it on argument 0}}
func.func @dialect_c11(%0: tensor<f32> {dsa.role = "input", dsa.group = "indexer"}) {
  return
}

// -----

// expected-error @+1 {{expected dsa.group on a minimised result, got it on result 0}}
func.func @dialect_c11_result(%0: tensor<f32>) -> (tensor<f32> {dsa.group = "indexer"}) {
  return %0 : tensor<f32>
}

// -----

func.func @dialect_c12(%0: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expected dsa.fused to be an i64 >= 0, got -1 : i64}}
  %1 = dsa.silu %0 {dsa.fused = -1} : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
