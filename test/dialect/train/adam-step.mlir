// Clipping and the optimizer step survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK-LABEL: @clip_by_global_norm
// CHECK: dsa.clip_by_global_norm %arg0, %arg1 {max_norm = 1.000000e+00 : f64, names = ["v", "w"]} : (tensor<8x4xf32>, tensor<8xf32>) -> (tensor<f32>, tensor<f32>)
func.func @clip_by_global_norm(%0: tensor<8x4xf32>, %1: tensor<8xf32>) -> (tensor<f32>, tensor<f32>) {
  %r:2 = dsa.clip_by_global_norm %0, %1 {max_norm = 1.000000e+00 : f64, names = ["v", "w"]} : (tensor<8x4xf32>, tensor<8xf32>) -> (tensor<f32>, tensor<f32>)
  return %r#0, %r#1 : tensor<f32>, tensor<f32>
}

// CHECK-LABEL: @adam_step
// CHECK: dsa.adam_step %arg0, %arg1, %arg2, %arg3, %arg4, %arg5 : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
func.func @adam_step(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf32>, %4: tensor<f32>, %5: tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return %r#0, %r#1, %r#2 : tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}

// CHECK-LABEL: @adamw_step
// CHECK: dsa.adam_step %arg0, %arg1, %arg2, %arg3, %arg4, %arg5 factor(%arg6) {beta2 = 5.000000e-01 : f64, decoupled, weight_decay = 1.000000e-01 : f64} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>, tensor<f32>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
func.func @adamw_step(%0: tensor<8x4xf32>, %1: tensor<8x4xf32>, %2: tensor<8x4xf32>, %3: tensor<8x4xf32>, %4: tensor<f32>, %5: tensor<i64>, %6: tensor<f32>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  %r:3 = dsa.adam_step %0, %1, %2, %3, %4, %5 factor(%6) {beta2 = 5.000000e-01 : f64, decoupled, weight_decay = 1.000000e-01 : f64} : (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<f32>, tensor<i64>, tensor<f32>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return %r#0, %r#1, %r#2 : tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}
