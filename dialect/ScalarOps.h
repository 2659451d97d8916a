// The scalar ops that the body of a dsa.map may hold, and their derivatives.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"

namespace dsa {

/// The names of the ops that a body may hold, besides the dsa.yield at its end.
llvm::ArrayRef<llvm::StringLiteral> scalarOps();

/// FLOPs of one execution of a scalar op: a primitive one, a fused multiply-add two, a constant
/// none.
int64_t flopsOfScalarOp(mlir::Operation *op);

/// Writes, at the end of `body`, the derivative of its value `result` by `argument`: the chain rule
/// op by op from the argument on, so that only what was taken by a select is differentiated. `body`
/// holds scalar ops and no terminator. Null where `result` does not depend on `argument`; at kinks
/// as the description of dsa.map says.
mlir::Value appendDerivative(mlir::Block &body, mlir::Value result, mlir::BlockArgument argument);

} // namespace dsa
