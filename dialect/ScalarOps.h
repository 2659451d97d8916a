// The scalar ops that a body of numbers may hold (of a dsa.map, of the scores of attention), and
// their derivatives.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"

namespace dsa {

/// The names of the ops that a body may hold, besides the dsa.yield at its end.
llvm::ArrayRef<llvm::StringLiteral> scalarOps();

/// Verifies that `body` holds scalar ops and a dsa.yield behind them, on numbers of type `number`
/// and truths. `name` is what messages call it.
mlir::LogicalResult verifyScalarBody(mlir::Block &body, mlir::Type number, llvm::StringRef name);

/// FLOPs of one execution of `body`: a primitive op one, a fused multiply-add two, a constant none.
int64_t flopsOfScalarBody(mlir::Block &body);

/// Clones the scalar ops of `body` to the end of `to`, whose first arguments stand for those of
/// `body`. Returns what stands for the first value that `body` yields.
mlir::Value cloneScalarOps(mlir::Block &body, mlir::Block &to);

/// Erases the ops of `body` that none reads; its terminator stays.
void eraseUnusedOps(mlir::Block &body);

/// Writes, at the end of `body`, the derivative of its value `result` by `argument`: the chain rule
/// op by op from the argument on, so that only what was taken by a select is differentiated. `body`
/// holds scalar ops and no terminator. Null where `result` does not depend on `argument`; at kinks
/// as the description of dsa.map says.
mlir::Value appendDerivative(mlir::Block &body, mlir::Value result, mlir::BlockArgument argument);

} // namespace dsa
