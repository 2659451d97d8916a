// A kernel becomes one function a phase: buffers flat, a loop over the work items, vectors of the asked width.
// RUN: dsa-opt %s --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s
// RUN: dsa-opt %s --dsa-lower-kernels-to-cpu=lanes=16 | FileCheck %s --check-prefix=WIDE
// RUN: dsa-opt %s --dsa-lower-kernels-to-cpu --dsa-statistics --verify-diagnostics 2>&1 >/dev/null | FileCheck %s --check-prefix=COUNT
// COUNT: dsa-lower-kernels-to-cpu
// COUNT-NEXT: 1 kernels
// COUNT-NEXT: 1 phases

// CHECK: dsa.kernel @sum
// CHECK: module @sum_cpu attributes {dsa.scratch_bytes = 0 : i64, dsa.workspace_bytes = 0 : i64}
// CHECK: func.func @sum_phase0(%{{.*}}: memref<48xf32>, %{{.*}}: memref<48xf32>, %{{.*}}: memref<48xf32>
// CHECK-SAME: dsa.grid = 1 : i64
// CHECK: scf.for
// CHECK: %[[A:.*]] = vector.load %{{.*}} : memref<48xf32>, vector<8xf32>
// CHECK: %[[B:.*]] = vector.load %{{.*}} : memref<48xf32>, vector<8xf32>
// CHECK: arith.addf %[[A]], %[[B]] : vector<8xf32>
// CHECK: vector.store
// WIDE: vector.maskedload {{.*}} vector<16xf32>
dsa.kernel @sum(%x: tensor<6x8xf32>, %y: tensor<6x8xf32>) -> tensor<6x8xf32> {
  %z = dsa.add %x, %y : (tensor<6x8xf32>, tensor<6x8xf32>) -> tensor<6x8xf32>
  dsa.yield %z : tensor<6x8xf32>
}
