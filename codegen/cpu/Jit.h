// From kernels to callable machine code: lowering, LLVM code generation, linking, and the object
// cache.
#pragma once

#include "codegen/Target.h"
#include "dialect/Dialect.h"
#include "runtime/KernelExecutable.h"

namespace dsa::cpu {

/// The machine code of one kernel and the memory it asks for.
struct CompiledKernel {
  std::vector<Phase> phases;
  int64_t workspaceBytes = 0, scratchBytes = 0;
};

/// The compiled kernels in the order asked for, and what keeps their code mapped.
struct CompiledKernels {
  std::vector<CompiledKernel> kernels;
  std::shared_ptr<void> code;
};

/// Compiles every kernel for `options.vector` of this machine, on `options.threads` threads. A
/// kernel whose object is in the cache is not lowered at all. Fails with the first diagnostic.
llvm::Expected<CompiledKernels> compileKernels(llvm::ArrayRef<KernelOp> kernels,
                                               const CompileOptions &options);

/// The LLVM IR that `kernel` becomes on this machine, or its assembly.
llvm::Expected<std::string> printKernel(KernelOp kernel, bool assembly);

} // namespace dsa::cpu
