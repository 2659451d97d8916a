// The plan in the IR: steps with their gains, alternatives, families left out, a plan by hand, errors.
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion=explain --verify-diagnostics | FileCheck %s
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion=without=linear | FileCheck %s --check-prefix=WITHOUT
// RUN: dsa-opt %s --split-input-file --dsa-plan-fusion="only=rms_norm,linear without=linear" | FileCheck %s --check-prefix=ONLY
// RUN: not dsa-opt %s --split-input-file --dsa-plan-fusion=machine=abacus 2>&1 | FileCheck %s --check-prefix=MACHINE
// RUN: not dsa-opt %s --split-input-file --dsa-plan-fusion=without=tears 2>&1 | FileCheck %s --check-prefix=FAMILY
// MACHINE: error: expected machine to be host, a100, h100, b200, got 'abacus'
// FAMILY: error: expected the name of a kernel family, got 'tears'

// A step spares writing and reading a tensor of 32 x 128 floats, and one launch.
// CHECK-LABEL: func.func @layer
// CHECK-NEXT: dsa.linear %{{.*}} {dsa.fused = 0 : i64}
// CHECK-NEXT: dsa.silu %{{.*}} {dsa.fused = 0 : i64}
// CHECK-NEXT: dsa.rms_norm %{{.*}} {eps
// WITHOUT-LABEL: func.func @layer
// WITHOUT-NOT: dsa.fused
// WITHOUT: return
func.func @layer(%x: tensor<32x64xf32>, %w: tensor<128x64xf32>, %gain: tensor<128xf32>) -> tensor<32x128xf32> {
  %h = dsa.linear %x, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  // expected-remark @+1 {{fused with dsa.linear: 32768 bytes and}}
  %y = dsa.silu %h : (tensor<32x128xf32>) -> tensor<32x128xf32>
  %n = dsa.rms_norm %y, %gain {eps = 1.0e-6 : f64} : (tensor<32x128xf32>, tensor<128xf32>) -> tensor<32x128xf32>
  return %n : tensor<32x128xf32>
}

// -----

// A sum of two products joins one of them: it can be the epilogue of one kernel only.
// CHECK-LABEL: func.func @two_products
// CHECK-NEXT: dsa.linear %arg0, %arg1 :
// CHECK-NEXT: dsa.linear %arg0, %arg2 {dsa.fused = 0 : i64}
// CHECK-NEXT: dsa.add %{{.*}} {dsa.fused = 0 : i64}
func.func @two_products(%x: tensor<32x64xf32>, %v: tensor<128x64xf32>, %w: tensor<128x64xf32>) -> tensor<32x128xf32> {
  %a = dsa.linear %x, %v : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  %b = dsa.linear %x, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  // expected-remark @+2 {{fused with dsa.linear: 32768 bytes and}}
  // expected-remark @+1 {{not fused with dsa.linear: its kernel has no place for what would join}}
  %y = dsa.add %a, %b : (tensor<32x128xf32>, tensor<32x128xf32>) -> tensor<32x128xf32>
  return %y : tensor<32x128xf32>
}

// -----

// The later sum is worth more: it would spare two tensors of the chain behind it. Joining the norm, it can take the product's place.
// ONLY-LABEL: func.func @norm
// ONLY-NEXT: dsa.linear %{{[a-z0-9]*}}, %{{[a-z0-9]*}} :
// ONLY-NEXT: dsa.rms_norm {{.*}}dsa.fused = 0 : i64
// ONLY-NEXT: dsa.add %{{.*}} {dsa.fused = 0 : i64}
func.func @norm(%x: tensor<32x64xf32>, %w: tensor<128x64xf32>, %gain: tensor<128xf32>) -> tensor<32x128xf32> {
  %a = dsa.linear %x, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  %n = dsa.rms_norm %a, %gain {eps = 1.0e-6 : f64} : (tensor<32x128xf32>, tensor<128xf32>) -> tensor<32x128xf32>
  // expected-remark @+2 {{fused with dsa.rms_norm}}
  // expected-remark @+1 {{not fused with dsa.linear: its kernel has no place for what would join}}
  %y = dsa.add %n, %a : (tensor<32x128xf32>, tensor<32x128xf32>) -> tensor<32x128xf32>
  return %y : tensor<32x128xf32>
}

// -----

// Scores of 2^18 x 2^18 pairs fit no machine: a plan that makes them is as good as none.
// CHECK-LABEL: func.func @too_large
// CHECK-NEXT: dsa.index_scores {{.*}}dsa.fused = 0 : i64
// CHECK-NEXT: dsa.top_k {{.*}}dsa.fused = 0 : i64
func.func @too_large(%q: tensor<1x262144x1x8xf32>, %k: tensor<1x262144x8xf32>, %w: tensor<1x262144x1xf32>) -> tensor<1x262144x4xi32> {
  %s = dsa.index_scores %q, %k, %w : (tensor<1x262144x1x8xf32>, tensor<1x262144x8xf32>, tensor<1x262144x1xf32>) -> tensor<1x262144x262144xf32>
  // expected-remark @+1 {{fused with dsa.index_scores: 549755813888 bytes and 266287}}
  %i = dsa.top_k %s {causal, k = 4 : i64} : (tensor<1x262144x262144xf32>) -> tensor<1x262144x4xi32>
  return %i : tensor<1x262144x4xi32>
}

// -----

// A plan by hand stays as it is.
// CHECK-LABEL: func.func @by_hand
// CHECK-NEXT: dsa.silu %arg0 {dsa.fused = 7 : i64}
// CHECK-NEXT: dsa.scale %{{.*}} {dsa.fused = 7 : i64, factor
// CHECK-NEXT: dsa.scale %{{.*}} {factor
func.func @by_hand(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %a = dsa.silu %x {dsa.fused = 7 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %b = dsa.scale %a {dsa.fused = 7 : i64, factor = 2.0 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %c = dsa.scale %b {factor = 3.0 : f64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %c : tensor<4x8xf32>
}
