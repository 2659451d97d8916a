// head_linear and its gradient: every head has a weight of its own.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @head_linear
// CHECK: dsa.head_linear %arg0, %arg1 : (tensor<2x3x4x8xf32>, tensor<4x6x8xf32>) -> tensor<2x3x4x6xf32>
func.func @head_linear(%x: tensor<2x3x4x8xf32>, %w: tensor<4x6x8xf32>) {
  %y = dsa.head_linear %x, %w : (tensor<2x3x4x8xf32>, tensor<4x6x8xf32>) -> tensor<2x3x4x6xf32>
  return
}

// CHECK-LABEL: func.func @head_linear_transposed
// CHECK: dsa.head_linear %arg0, %arg1 {transposed} : (tensor<2x3x4x8xf32>, tensor<4x8x6xf32>) -> tensor<2x3x4x6xf32>
func.func @head_linear_transposed(%x: tensor<2x3x4x8xf32>, %w: tensor<4x8x6xf32>) {
  %y = dsa.head_linear %x, %w {transposed} : (tensor<2x3x4x8xf32>, tensor<4x8x6xf32>) -> tensor<2x3x4x6xf32>
  return
}

// CHECK-LABEL: func.func @head_linear_grad_weight
// CHECK: dsa.head_linear_grad_weight %arg0, %arg1 : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>) -> tensor<4x6x8xf32>
func.func @head_linear_grad_weight(%x: tensor<2x3x4x6xf32>, %w: tensor<2x3x4x8xf32>) {
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<2x3x4x6xf32>, tensor<2x3x4x8xf32>) -> tensor<4x6x8xf32>
  return
}

// -----

func.func @head_linear_c1(%x: tensor<2x3x4x8xf32>, %w: tensor<3x6x8xf32>) {
  // expected-error @+1 {{'dsa.head_linear' op expected 4 matrices of weight, got 3}}
  %y = dsa.head_linear %x, %w : (tensor<2x3x4x8xf32>, tensor<3x6x8xf32>) -> tensor<2x3x4x6xf32>
  return
}

// -----

func.func @head_linear_c2(%x: tensor<2x3x4x8xf32>, %w: tensor<4x6x7xf32>) {
  // expected-error @+1 {{'dsa.head_linear' op expected 7 columns of input, got 8}}
  %y = dsa.head_linear %x, %w : (tensor<2x3x4x8xf32>, tensor<4x6x7xf32>) -> tensor<2x3x4x6xf32>
  return
}

// -----

func.func @head_linear_c2_transposed(%x: tensor<2x3x4x8xf32>, %w: tensor<4x6x8xf32>) {
  // expected-error @+1 {{'dsa.head_linear' op expected 6 columns of input, got 8}}
  %y = dsa.head_linear %x, %w {transposed} : (tensor<2x3x4x8xf32>, tensor<4x6x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @head_linear_c3(%x: tensor<2x3x4x8xf32>, %w: tensor<4x6x8xf64>) {
  // expected-error @+1 {{'dsa.head_linear' op expected weight of element type 'f32', got 'f64'}}
  %y = dsa.head_linear %x, %w : (tensor<2x3x4x8xf32>, tensor<4x6x8xf64>) -> tensor<2x3x4x6xf32>
  return
}

// -----

func.func @head_linear_grad_weight_c1(%x: tensor<2x4x4x6xf32>, %w: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{'dsa.head_linear_grad_weight' op expected input of shape [2, 4, 4, 8], got [2, 3, 4, 8]}}
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<2x4x4x6xf32>, tensor<2x3x4x8xf32>) -> tensor<4x6x8xf32>
  return
}

// -----

func.func @head_linear_grad_weight_c2(%x: tensor<2x3x4x6xf64>, %w: tensor<2x3x4x8xf32>) {
  // expected-error @+1 {{'dsa.head_linear_grad_weight' op expected input of element type 'f64', got 'f32'}}
  %y = dsa.head_linear_grad_weight %x, %w : (tensor<2x3x4x6xf64>, tensor<2x3x4x8xf32>) -> tensor<4x6x8xf64>
  return
}
