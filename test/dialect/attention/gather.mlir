// gather: the rows that a selection names.
// RUN: dsa-opt %s -split-input-file -verify-diagnostics | dsa-opt -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @gather
// CHECK: dsa.gather %{{.*}}, %{{.*}} :
func.func @gather(%x: tensor<2x4x8xf32>, %i: tensor<2x3x2xi32>) {
  %y = dsa.gather %x, %i
      : (tensor<2x4x8xf32>, tensor<2x3x2xi32>)
      -> tensor<2x3x2x8xf32>
  return
}

// CHECK-LABEL: func.func @gather_heads
// CHECK: dsa.gather %{{.*}}, %{{.*}} :
func.func @gather_heads(%x: tensor<2x4x2x8xf32>, %i: tensor<2x3x2xi32>) {
  %y = dsa.gather %x, %i
      : (tensor<2x4x2x8xf32>, tensor<2x3x2xi32>)
      -> tensor<2x3x2x2x8xf32>
  return
}

// -----

func.func @gather_c1(%x: tensor<1x4x8xf32>, %i: tensor<2x3x2xi32>) {
  // expected-error @+1 {{'dsa.gather' op expected indices for a batch of 1, got 2}}
  %y = dsa.gather %x, %i
      : (tensor<1x4x8xf32>, tensor<2x3x2xi32>)
      -> tensor<2x3x2x8xf32>
  return
}
