// Every lowering pass of the targets.
#ifndef DSA_CODEGEN_PASSES_TD
#define DSA_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerKernelsToCpu : Pass<"dsa-lower-kernels-to-cpu", "::mlir::ModuleOp"> {
  let summary = "write the loops of every kernel as scf, vector and memref";
  let description = [{
    Before: `dsa.kernel @linear_0 { ... }`. After: the same kernel and beside it `module @linear_0_cpu` with one function
    per phase, `f(arguments..., results..., workspace, scratch, status, begin, end)`, over a grid of independent items.

    *Why here*: after planning, so that each distinct kernel is written once; before anything of LLVM is visible, so
    that the loops can be read.
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "0", "f32 values of a vector register; 0: as this machine has">
  ];
  let statistics = [
    Statistic<"kernels", "kernels", "kernels written">,
    Statistic<"phases", "phases", "functions written">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::math::MathDialect",
      "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

#endif // DSA_CODEGEN_PASSES_TD
