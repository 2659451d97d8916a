// Judges every form in which a function can run: each op by the reference, the other forms bit by
// bit.
#pragma once

#include "frontend/Compiler.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace dsa {

/// Compiles function `entry` of `module`, which has been differentiated, as `options` say except
/// for what they fuse, runs it on `arguments`, and fails with one sentence about the first
/// disagreement:
/// * the unfused form, where each op is a kernel and each value a result: the reference judges an
///   op on the values that its operands had on the target, so that neither the rounding nor a
///   discrete choice of an earlier op counts against it;
/// * the plan that the compiler chooses, and one with epilogues or with folds only, each on one
/// thread
///   and then again on three: the bits of the unfused form.
llvm::Error compareForms(mlir::ModuleOp module, llvm::StringRef entry,
                         llvm::ArrayRef<Tensor> arguments, CompilerOptions options);

} // namespace dsa
