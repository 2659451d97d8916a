// What a causal function owes: which rows of logits may not have seen which tokens.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dsa {

/// Rows of logits that may not see the future: where they are demanded, and what they predict.
struct CausalClaim {
  mlir::Operation *op; ///< the loss, the argmax, or the return
  mlir::Value logits;  ///< [rows, width] in row-major order
  mlir::Value targets; ///< one per row, or null
  int64_t rows;
};

/// The argument whose tokens are tracked: the first integer input of rank 2, or null.
mlir::BlockArgument tokenArgument(mlir::func::FuncOp function);

/// The claims of a function of one block: the logits of its losses or, if it has none, its logits
/// and choices.
llvm::SmallVector<CausalClaim> causalClaims(mlir::func::FuncOp function);

} // namespace dsa
