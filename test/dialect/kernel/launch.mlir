// A kernel, its yield and its launches survive a round trip.
// RUN: dsa-opt %s | dsa-opt | FileCheck %s

// CHECK: dsa.kernel private @linear_silu(%arg0: tensor<4x8xf32>, %arg1: tensor<16x8xf32>) -> tensor<4x16xf32>
dsa.kernel private @linear_silu(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>) -> tensor<4x16xf32> {
  %0 = dsa.linear %x, %w : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %1 = dsa.silu %0 : (tensor<4x16xf32>) -> tensor<4x16xf32>
  // CHECK: dsa.yield %{{.*}} : tensor<4x16xf32>
  dsa.yield %1 : tensor<4x16xf32>
}

// CHECK: dsa.kernel private @nothing() {
dsa.kernel private @nothing() {
  dsa.yield
}

// CHECK-LABEL: @main
func.func @main(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>) -> (tensor<4x16xf32>, tensor<4x16xf32>) {
  // CHECK: dsa.launch @linear_silu(%arg0, %arg1) : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  %0 = dsa.launch @linear_silu(%x, %w) : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // CHECK: dsa.launch @linear_silu(%arg0, %arg1) {offsets = array<i64: 64>}
  %1 = dsa.launch @linear_silu(%x, %w) {offsets = array<i64: 64>} : (tensor<4x8xf32>, tensor<16x8xf32>) -> tensor<4x16xf32>
  // CHECK: dsa.launch @nothing() : () -> ()
  dsa.launch @nothing() : () -> ()
  return %0, %1 : tensor<4x16xf32>, tensor<4x16xf32>
}
