// Shrinks a function on which something goes wrong, and writes what is left as a test.
#pragma once

#include "runtime/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace dsa {

/// A function and the arguments on which it goes wrong, and the seed of the graph it was.
struct FailingRun {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string entry;
  llvm::SmallVector<Tensor> arguments;
  uint64_t seed = 0;
};

/// Drops results of the function, lets it end at an earlier op, and cuts ops off whose results
/// become arguments with the values that the reference gives them, as long as `fails` holds. It
/// holds at the beginning and at the end.
void shrink(FailingRun &run, llvm::function_ref<bool(const FailingRun &)> fails);

/// The same run with constants in place of the arguments, except those that are updated.
FailingRun withConstants(const FailingRun &run);

} // namespace dsa
