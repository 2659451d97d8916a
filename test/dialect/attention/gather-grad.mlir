// gather_grad: rows added back to where they came from.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @gather_grad
// CHECK: dsa.gather_grad %{{.*}}, %{{.*}} {rows = 4 : i64} :
func.func @gather_grad(%g: tensor<2x3x2x8xf32>, %i: tensor<2x3x2xi32>) {
  %y = dsa.gather_grad %g, %i {rows = 4 : i64}
      : (tensor<2x3x2x8xf32>, tensor<2x3x2xi32>)
      -> tensor<2x4x8xf32>
  return
}

// CHECK-LABEL: func.func @gather_grad_heads
// CHECK: dsa.gather_grad %{{.*}}, %{{.*}} {rows = 4 : i64} :
func.func @gather_grad_heads(%g: tensor<2x3x2x2x8xf32>, %i: tensor<2x3x2xi32>) {
  %y = dsa.gather_grad %g, %i {rows = 4 : i64}
      : (tensor<2x3x2x2x8xf32>, tensor<2x3x2xi32>)
      -> tensor<2x4x2x8xf32>
  return
}

// -----

func.func @gather_grad_c1(%g: tensor<2x3x2x8xf32>, %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.gather_grad' op expected rows >= 1, got 0}}
  %y = dsa.gather_grad %g, %i {rows = 0 : i64}
      : (tensor<2x3x2x8xf32>, tensor<2x3x2xi32>)
      -> tensor<2x0x8xf32>
  return
}

// -----

func.func @gather_grad_c2(%g: tensor<2x3x2x8xf32>, %i: tensor<2x3x4xi32>) {
  // expected-error @+1 {{'dsa.gather_grad' op expected indices of shape [2, 3, 2], got [2, 3, 4]}}
  %y = dsa.gather_grad %g, %i {rows = 4 : i64}
      : (tensor<2x3x2x8xf32>, tensor<2x3x4xi32>)
      -> tensor<2x4x8xf32>
  return
}
