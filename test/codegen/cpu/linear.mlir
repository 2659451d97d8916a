// The loops of a product: the weight is packed into panels, then register tiles of 6 rows by 2 vectors run over the depth.
// RUN: dsa-opt %s --dsa-lower-kernels-to-cpu=lanes=8 --canonicalize --cse | FileCheck %s

// The packed weight is the workspace: 48 panels of 256 x 16. Blocks go straight to the result: no scratch.
// CHECK: module @forward_cpu attributes {dsa.scratch_bytes = 0 : i64, dsa.workspace_bytes = 786432 : i64}
// CHECK-LABEL: func.func @forward_phase0
// CHECK-SAME: dsa.grid = 48 : i64
// CHECK-COUNT-8: vector.load %arg1
// CHECK-COUNT-24: vector.shuffle
// CHECK-COUNT-8: vector.store
// CHECK-NOT: vector.
// CHECK-LABEL: func.func @forward_phase1
// CHECK-SAME: dsa.grid = 129 : i64
// The depth loop holds 12 accumulators; a step is 2 loads of the panel and 6 broadcasts of rows read in place.
// CHECK: scf.for %{{.*}} = %c0 to %c256 step %c4 iter_args(
// CHECK-NOT: vector.store
// CHECK-COUNT-2: vector.load %view
// CHECK: memref.load %arg0
// CHECK-NEXT: vector.broadcast
// CHECK-NEXT: vector.fma
// CHECK-NEXT: vector.fma
// CHECK-COUNT-46: vector.fma
// CHECK-NEXT: scf.yield
// CHECK-COUNT-12: vector.store %{{.*}}, %arg2
// 4096 rows are 682 tiles of 6 and one of 4.
// CHECK: scf.if
// CHECK-COUNT-32: vector.fma
// CHECK-COUNT-8: vector.store
// CHECK-NOT: vector.
dsa.kernel @forward(%x: tensor<4096x256xf32>, %w: tensor<768x256xf32>) -> tensor<4096x768xf32> {
  %y = dsa.linear %x, %w : (tensor<4096x256xf32>, tensor<768x256xf32>) -> tensor<4096x768xf32>
  dsa.yield %y : tensor<4096x768xf32>
}

// With a chain behind it, a block of 48 x 64 accumulates in scratch; the chain reads it from there.
// CHECK: module @activated_cpu attributes {dsa.scratch_bytes = 12288 : i64
// CHECK-LABEL: func.func @activated_phase1
// CHECK: scf.for %{{.*}} step %c4 iter_args(
// CHECK-COUNT-12: vector.store %{{.*}}, %view
// CHECK: arith.divf
// CHECK: vector.store %{{.*}}, %arg2
dsa.kernel @activated(%x: tensor<192x64xf32>, %w: tensor<64x64xf32>) -> tensor<192x64xf32> {
  %y = dsa.linear %x, %w : (tensor<192x64xf32>, tensor<64x64xf32>) -> tensor<192x64xf32>
  %z = dsa.silu %y : (tensor<192x64xf32>) -> tensor<192x64xf32>
  dsa.yield %z : tensor<192x64xf32>
}

// The weight gradient packs its left factor, whose rows are columns in memory, per block; the depth of 512 is two blocks,
// so the result is cleared first.
// CHECK-LABEL: func.func @backward_phase1
// CHECK: vector.store %cst{{.*}}, %arg2
// CHECK: scf.for %{{.*}} = %c0 to %c512 step %c256
// CHECK: vector.load %arg0{{.*}}, vector<6xf32>
// CHECK: vector.store %{{.*}}, vector<6xf32>
// CHECK: scf.for %{{.*}} step %c4 iter_args(
dsa.kernel @backward(%dy: tensor<2x256x768xf32>, %x: tensor<2x256x256xf32>) -> tensor<768x256xf32> {
  %y = dsa.linear_grad_weight %dy, %x : (tensor<2x256x768xf32>, tensor<2x256x256xf32>) -> tensor<768x256xf32>
  dsa.yield %y : tensor<768x256xf32>
}
