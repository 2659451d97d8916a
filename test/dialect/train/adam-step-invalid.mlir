// What clipping and the optimizer step refuse.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics

func.func @clip_by_global_norm_c1() {
  // expected-error @+1 {{expected at least one gradient, got none}}
  %r:2 = dsa.clip_by_global_norm {max_norm = 1.0} : () -> (tensor<f32>, tensor<f32>)
  return
}

// -----

func.func @clip_by_global_norm_c2(%0: tensor<8x4xf32>, %1: tensor<8xf64>) {
  // expected-error @+1 {{expected every gradient of element type 'f32', got 'f64'}}
  %r:2 = dsa.clip_by_global_norm %0, %1 {max_norm = 1.0} : (tensor<8x4xf32>, tensor<8xf64>) -> (tensor<f32>, tensor<f32>)
  return
}

// -----

func.func @clip_by_global_norm_c3(%0: tensor<8x4xf32>) {
  // expected-error @+1 {{expected a finite max_norm > 0, got 0}}
  %r:2 = dsa.clip_by_global_norm %0 {max_norm = 0.0} : (tensor<8x4xf32>) -> (tensor<f32>, tensor<f32>)
  return
}

// -----

func.func @clip_by_global_norm_c4(%0: tensor<8x4xf32>) {
  // expected-error @+1 {{expected a name for each of 1 gradients, got 2}}
  %r:2 = dsa.clip_by_global_norm %0 {max_norm = 1.0, names = ["v", "w"]} : (tensor<8x4xf32>) -> (tensor<f32>, tensor<f32>)
  return
}

// -----

func.func @adam_step_c1(%0: tensor<8x4xf32>, %1: tensor<4x8xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf32>, %4: tensor<f32>, %5: tensor<i64>) {
  // expected-error @+1 {{expected grad of type 'tensor<8x4xf32>', got 'tensor<4x8xf32>'}}
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 {} : (tensor<8x4xf32>, tensor<4x8xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return
}

// -----

func.func @adam_step_c2(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf64>, %4: tensor<f32>, %5: tensor<i64>) {
  // expected-error @+1 {{expected second_moment of type 'tensor<8x4xf32>', got 'tensor<8x4xf64>'}}
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 {} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf64>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf64>)
  return
}

// -----

func.func @adam_step_c3(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<32xf32>, %3: tensor<32xf32>, %4: tensor<f32>, %5: tensor<i64>) {
  // expected-error @+1 {{expected first_moment of type 'tensor<8x4xf32>', got 'tensor<32xf32>'}}
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 {} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<32xf32>, tensor<32xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<32xf32>, tensor<32xf32>)
  return
}

// -----

func.func @adam_step_c4(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf32>, %4: tensor<f32>, %5: tensor<i64>) {
  // expected-error @+1 {{expected 0 <= beta1 < 1, got 1}}
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 {beta1 = 1.0} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return
}

// -----

func.func @adam_step_c4_second(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf32>, %4: tensor<f32>, %5: tensor<i64>) {
  // expected-error @+1 {{expected 0 <= beta2 < 1, got -0.5}}
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 {beta2 = -0.5} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return
}

// -----

func.func @adam_step_c5(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf32>, %4: tensor<f32>, %5: tensor<i64>) {
  // expected-error @+1 {{expected a finite eps > 0, got 0}}
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 {eps = 0.0} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return
}

// -----

func.func @adam_step_c6(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf32>, %4: tensor<f32>, %5: tensor<i64>) {
  // expected-error @+1 {{expected a finite weight_decay >= 0, got -1}}
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 {weight_decay = -1.0} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return
}
