// window: the last keys of each row as a selection.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @window
// CHECK: dsa.window {keys = 4 : i64} : () -> tensor<2x3x2xi32>
// CHECK: dsa.window offset(%{{.*}}) {keys = 4 : i64} : (tensor<i32>) -> tensor<2x3x2xi32>
func.func @window(%p: tensor<i32>) {
  %i = dsa.window {keys = 4 : i64} : () -> tensor<2x3x2xi32>
  %j = dsa.window offset(%p) {keys = 4 : i64} : (tensor<i32>) -> tensor<2x3x2xi32>
  return
}

// -----

func.func @window_c1() {
  // expected-error @+1 {{'dsa.window' op expected k >= 1, got 0}}
  %i = dsa.window {keys = 4 : i64} : () -> tensor<2x3x0xi32>
  return
}

// -----

func.func @window_c2() {
  // expected-error @+1 {{'dsa.window' op expected keys >= 1, got 0}}
  %i = dsa.window {keys = 0 : i64} : () -> tensor<2x3x2xi32>
  return
}
