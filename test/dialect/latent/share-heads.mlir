// share_heads and sum_heads: one row for all heads, and back.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @share_heads
// CHECK: dsa.share_heads %arg0 {heads = 4 : i64} : (tensor<2x3x8xf32>) -> tensor<2x3x4x8xf32>
func.func @share_heads(%x: tensor<2x3x8xf32>) {
  %y = dsa.share_heads %x {heads = 4 : i64} : (tensor<2x3x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// CHECK-LABEL: func.func @sum_heads
// CHECK: dsa.sum_heads %arg0 : (tensor<2x3x4x8xf32>) -> tensor<2x3x8xf32>
func.func @sum_heads(%x: tensor<2x3x4x8xf32>) {
  %y = dsa.sum_heads %x : (tensor<2x3x4x8xf32>) -> tensor<2x3x8xf32>
  return
}

// -----

func.func @share_heads_c1(%x: tensor<2x3x8xf32>) {
  // expected-error @+1 {{'dsa.share_heads' op expected heads >= 1, got 0}}
  %y = dsa.share_heads %x {heads = 0 : i64} : (tensor<2x3x8xf32>) -> tensor<2x3x0x8xf32>
  return
}

// -----

func.func @sum_heads_c1(%x: tensor<2x3x0x8xf32>) {
  // expected-error @+1 {{'dsa.sum_heads' op expected at least one head, got 0}}
  %y = dsa.sum_heads %x : (tensor<2x3x0x8xf32>) -> tensor<2x3x8xf32>
  return
}
