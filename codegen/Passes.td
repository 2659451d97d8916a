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
    Option<"lanes", "lanes", "int64_t", "0", "f32 values of a vector register: 16, 8, 4, or 0 for as many as this machine has">,
    Option<"dotsPairs", "dots-pairs", "bool", "false", "with lanes=16: sum products of pairs of bf16 by vdpbf16ps">
  ];
  let statistics = [
    Statistic<"kernels", "kernels", "kernels written">,
    Statistic<"phases", "phases", "functions written">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::func::FuncDialect", "::mlir::math::MathDialect",
      "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def AddEntries : Pass<"dsa-add-entries", "::mlir::ModuleOp"> {
  let summary = "give every phase an entry that the runtime can call";
  let description = [{
    Beside each function `f(buffers..., workspace, scratch, status, begin, end)` of the LLVM dialect comes `f_entry`, which takes
    the buffers as one array of pointers, so that all kernels have one type, `dsa::KernelFunction`. `f` becomes internal.

    Before: `llvm.func @f(%a: !llvm.ptr, %b: !llvm.ptr, %workspace: !llvm.ptr, ...)`
    After: `llvm.func @f_entry(%buffers: !llvm.ptr, %workspace: !llvm.ptr, ...)`, which loads a and b and calls `f`.

    *Why here*: last, when every buffer is a bare pointer; nothing after it knows how many buffers a kernel has.
  }];
  let statistics = [Statistic<"entries", "entries", "phases that received an entry">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ReduceGraph : Pass<"dsa-reduce-graph", "::mlir::ModuleOp"> {
  let summary = "shrink the functions of a module as long as a script finds it interesting";
  let description = [{
    Tries to lose functions, results, ops and unread arguments, halves first and single ones last. Where an op goes, what others
    read of it becomes an argument, so that every module the script sees is valid: the op that matters remains, fed by arguments.
    The script is given a file and exits with 1 if the module in it is interesting; without a script the pass does nothing.

    Before: `%h = dsa.linear %x, %w`, `%i = dsa.top_k %h`, `%y = dsa.gather %v, %i`
    After: `%i = dsa.top_k %h`, with `%h` an argument, if the script asks for a selection

    *Why here*: in no pipeline; `dsa-reduce` runs it on a module that fails. The reduction tree of MLIR 22 does not survive the body
    of a function.
  }];
  let options = [Option<"script", "test", "std::string", "\"\"", "the script that judges">];
  let statistics = [
    Statistic<"tried", "tried", "modules that were judged">,
    Statistic<"removed", "removed", "changes that kept the module interesting">
  ];
}

#endif // DSA_CODEGEN_PASSES_TD
