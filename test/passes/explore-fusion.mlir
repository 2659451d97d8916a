// The plans that a function could have: names, counts, bytes; a page of each function; errors.
// RUN: rm -rf %t && dsa-opt %s --dsa-explore-fusion=html=%t -o %t.same 2>&1 | FileCheck %s
// RUN: FileCheck %s --check-prefix=SAME < %t.same
// RUN: FileCheck %s --check-prefix=PAGE < %t/step.html
// RUN: not dsa-opt %s --dsa-explore-fusion=machine=abacus 2>&1 | FileCheck %s --check-prefix=MACHINE
// RUN: not dsa-opt %s --dsa-explore-fusion=html=/dev/null 2>&1 | FileCheck %s --check-prefix=FOLDER
// MACHINE: error: expected machine to be host, a100, h100, b200, got 'abacus'
// FOLDER: error: expected a writable file /dev/null/step.html, got:

// The scores take 64 * 64 * 4 bytes once written and once read, unless the selection makes them itself.
// CHECK: @step on host
// CHECK-NEXT: plan kernels launches GFLOP MB moved MB arena predicted ms
// CHECK-NEXT: chosen 2 2
// CHECK-NEXT: unfused 4 4
// CHECK-NEXT: epilogues only 3 3
// CHECK-NEXT: folds only 3 3
// CHECK-NEXT: without linear 3 3
// CHECK-NEXT: without top_k 3 3
// CHECK-NOT: without

// The module is left alone.
// SAME: dsa.linear
// SAME-NEXT: dsa.silu
// SAME-NOT: dsa.fused
// SAME: return

// PAGE: <h1>Plans of @step on host</h1>
// PAGE: const plans = [{"arena":{{[0-9]+}},
// PAGE-SAME: "name":"chosen"
// PAGE-SAME: "ops":["index_scores","top_k"]
func.func @step(%x: tensor<64x32xf32>, %v: tensor<32x32xf32>, %k: tensor<1x64x32xf32>, %w: tensor<1x64x1xf32>) -> tensor<1x64x4xi32> {
  %h = dsa.linear %x, %v : (tensor<64x32xf32>, tensor<32x32xf32>) -> tensor<64x32xf32>
  %y = dsa.silu %h : (tensor<64x32xf32>) -> tensor<64x32xf32>
  %q = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [1, 64, 1, 32] : tensor<64x32xf32> into tensor<1x64x1x32xf32>
  %s = dsa.index_scores %q, %k, %w : (tensor<1x64x1x32xf32>, tensor<1x64x32xf32>, tensor<1x64x1xf32>) -> tensor<1x64x64xf32>
  %i = dsa.top_k %s {causal, k = 4 : i64} : (tensor<1x64x64xf32>) -> tensor<1x64x4xi32>
  return %i : tensor<1x64x4xi32>
}

// CHECK: @normed on host
// CHECK-NEXT: plan kernels launches GFLOP MB moved MB arena predicted ms
// CHECK-NEXT: chosen 1 1
// CHECK-NEXT: unfused 2 2
// CHECK-NEXT: epilogues only 2 2
// CHECK-NEXT: folds only 2 2
// CHECK-NEXT: without linear 2 2
// CHECK-NEXT: without prologues 2 2
// CHECK-NOT: without
func.func @normed(%x: tensor<64x32xf32>, %g: tensor<32xf32>, %v: tensor<32x32xf32>) -> tensor<64x32xf32> {
  %n = dsa.rms_norm %x, %g {eps = 1.0e-6 : f64} : (tensor<64x32xf32>, tensor<32xf32>) -> tensor<64x32xf32>
  %h = dsa.linear %n, %v : (tensor<64x32xf32>, tensor<32x32xf32>) -> tensor<64x32xf32>
  return %h : tensor<64x32xf32>
}
