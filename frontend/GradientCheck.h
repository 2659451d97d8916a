// Judges the gradients of a graph by central differences in double.
#pragma once

#include "frontend/GraphInputs.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// Takes a forward function annotated with dsa.train, in f64 whatever it declares, and compares the
/// gradient of each parameter at a few elements with (f(x + h) - f(x - h)) / 2h on the reference,
/// where the values behind a dsa.detach do not move.
/// `given` (f64) and `seed` make the arguments, as in `makeArguments`. Prints one line for each
/// parameter; a difference is an error.
llvm::Error checkGradients(mlir::func::FuncOp function, const NamedTensors &given, uint64_t seed,
                           llvm::raw_ostream &output);

} // namespace dsa
