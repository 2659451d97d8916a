// fill_future: scores of keys after the query become a constant.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @fill_future
// CHECK: dsa.fill_future %{{.*}} {value = -1.000000e+09 : f64} :
func.func @fill_future(%s: tensor<2x3x4xf32>) {
  %y = dsa.fill_future %s {value = -1.000000e+09 : f64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @fill_future_offset
// CHECK: dsa.fill_future %{{.*}} offset(%{{.*}}) {value = -1.000000e+09 : f64} :
func.func @fill_future_offset(%s: tensor<2x3x4xf32>, %p: tensor<i32>) {
  %y = dsa.fill_future %s offset(%p) {value = -1.000000e+09 : f64}
      : (tensor<2x3x4xf32>, tensor<i32>)
      -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func.func @fill_future_infinity
// CHECK: dsa.fill_future %{{.*}} {value = 0xFFF0000000000000 : f64} :
func.func @fill_future_infinity(%s: tensor<2x3x4xf32>) {
  %y = dsa.fill_future %s {value = 0xFFF0000000000000 : f64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x4xf32>
  return
}

// -----

func.func @fill_future_c1(%s: tensor<2x3x4xf32>) {
  // expected-error @+1 {{'dsa.fill_future' op expected a value that can be ranked, got NaN}}
  %y = dsa.fill_future %s {value = 0x7FF8000000000000 : f64}
      : (tensor<2x3x4xf32>)
      -> tensor<2x3x4xf32>
  return
}
