// First steps: from a model to the machine code of one of its kernels, in seven commands. Every command runs as a test, and what it
// must print stands below it. Type them in the root of the repository, with build/bin on the path.
//
// 1. Read a model. A description in JSON becomes a graph that reads like the paper: the indexer scores all keys, `top_k` keeps the best
// of the past, and attention looks at those only. Nothing is hidden in a library; what you read is the whole network.
//
// RUN: dsa-model emit %configs/sparse-moe.json --vocab 64 --length 8 --batch 2 > %t.mlir
// RUN: FileCheck %s --check-prefix=READ --input-file=%t.mlir
// READ: dsa.embedding
// READ: dsa.rms_norm
// READ: %[[SCORES:.*]] = dsa.index_scores
// READ: %[[CHOICE:.*]] = dsa.top_k %[[SCORES]] {causal, k = 4 : i64}
// READ: dsa.sparse_attention {{.*}}, %[[CHOICE]] {causal
// READ: dsa.route
// READ: dsa.cross_entropy
//
// 2. Have it proved. The compiler follows each token through the graph and finds that no prediction has seen its own target. The proof
// is silent; what the pass has counted says that it took place, and that the one thing to be proved is.
//
// RUN: dsa-opt %t.mlir --dsa-verify-causality --dsa-statistics -o /dev/null 2>&1 | FileCheck %s --check-prefix=PROVED
// PROVED: dsa-verify-causality
// PROVED: {{^ +}}1 proved
// PROVED: {{^ +}}0 leaks
//
// 3. Break its causality. Take the word `causal` away from the selection, a slip of the pen that trains without complaint elsewhere.
// Here it is an error that names the op which lets the future in, and a row that shows it: token 0 is allowed to see token 1.
//
// RUN: sed 's/{causal, k = 4/{k = 4/' %t.mlir > %t.leaks.mlir
// RUN: not dsa-opt %t.leaks.mlir --dsa-verify-causality 2>&1 | FileCheck %s --check-prefix=LEAKS
// LEAKS: error: 'dsa.top_k' op lets row t = 0 see token s = 1: it ranks scores of keys s > t
//
// 4. Fuse two ops. This is a graph of your own: a linear map and its activation. One pass moves both into a kernel, so that the sum
// goes through the activation while it is still in a register and memory sees the result only. A launch is left in their place.
//
func.func @layer(%x: tensor<32x64xf32>, %w: tensor<128x64xf32>) -> (tensor<32x128xf32> {dsa.name = "y"}) {
  %h = dsa.linear %x, %w : (tensor<32x64xf32>, tensor<128x64xf32>) -> tensor<32x128xf32>
  %y = dsa.silu %h : (tensor<32x128xf32>) -> tensor<32x128xf32>
  return %y : tensor<32x128xf32>
}
//
// RUN: dsa-opt %s --dsa-plan-fusion --dsa-outline-kernels | FileCheck %s --check-prefix=FUSED
// FUSED: dsa.kernel @linear_0(
// FUSED-NEXT: %[[H:.*]] = dsa.linear
// FUSED-NEXT: %[[Y:.*]] = dsa.silu %[[H]]
// FUSED-NEXT: dsa.yield %[[Y]]
// FUSED: func.func @layer
// FUSED-NEXT: dsa.launch @linear_0
// FUSED-NEXT: return
//
// 5. Read its loops. The cpu target writes a kernel as plain loops over vectors, here eight numbers wide. The heart is a loop over k
// that multiplies and adds; behind it the activation is computed on the same vectors (its exponential is a polynomial), then stored.
//
// RUN: dsa-opt %s --dsa-graph-pipeline --dsa-lower-kernels-to-cpu=lanes=8 | FileCheck %s --check-prefix=LOOPS
// LOOPS: module @linear_0_cpu
// LOOPS: func.func @linear_0_phase
// LOOPS: scf.for {{.*}} iter_args
// LOOPS: vector.fma {{.*}} : vector<8xf32>
// LOOPS: scf.yield
// LOOPS: arith.divf {{.*}} : vector<8xf32>
// LOOPS: vector.store
//
// 6. Read the machine code. The same kernel as this machine will run it; on a machine with AVX the multiply-adds are called vfmadd.
//
// RUN: dsa-translate %s --dsa-to-assembly | FileCheck %s --check-prefix=MACHINE
// MACHINE: # @linear_0
// MACHINE: kernel_phase{{[0-9]}}_entry:
//
// 7. Run it, and doubt it. The arguments are drawn from a seed. The reference computes the same function with plain loops in double
// precision and shares no code with the kernel; agreement to the last bits of f32 is what `ok` means.
//
// RUN: dsa-run %s --target=cpu --against=reference | FileCheck %s --check-prefix=RUN-IT
// RUN-IT: @layer
// RUN-IT: y f32[32x128]: ok, max error
//
// From here: `dsa-opt --help` lists every pass, build/docs/dsa.html describes every op, and `dsa-lab sparse-vs-classic` trains the
// model of step 1 beside a dense one.
