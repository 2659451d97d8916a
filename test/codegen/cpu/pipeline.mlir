// The whole way down: one pipeline compiles a function, one translation prints what runs.
// RUN: dsa-opt %s --dsa-cpu-pipeline | FileCheck %s
// RUN: dsa-translate %s --dsa-to-llvmir | FileCheck %s --check-prefix=LLVM
// RUN: dsa-translate %s --dsa-to-assembly | FileCheck %s --check-prefix=ASM
// RUN: dsa-model emit %configs/sparse-moe.json --train --vocab 64 --length 16 --batch 2 | dsa-opt --dsa-cpu-pipeline | FileCheck %s --check-prefix=MODEL

// CHECK: dsa.kernel @linear_0
// CHECK: module @linear_0_cpu
// CHECK: llvm.func internal @linear_0_phase0
// CHECK: llvm.func @linear_0_phase0_entry
// CHECK: dsa.launch @linear_0
// LLVM: ; @linear_0
// LLVM: define void @kernel_phase1_entry
// ASM: # @linear_0
// ASM: kernel_phase1_entry:
// MODEL: module @index_scores_top_k_0_cpu
func.func @main(%x: tensor<7x17xf32>, %w: tensor<13x17xf32>) -> tensor<7x13xf32> {
  %y = dsa.linear %x, %w : (tensor<7x17xf32>, tensor<13x17xf32>) -> tensor<7x13xf32>
  return %y : tensor<7x13xf32>
}
