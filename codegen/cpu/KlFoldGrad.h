// The gradient of the indexer's loss for one row of scores at a time, for whoever folds it.
#pragma once

#include "codegen/cpu/SummedAttention.h"
#include "codegen/cpu/SupportRows.h"

#include <optional>

namespace dsa::cpu {

/// Rows of an `index_kl_grad`: two phases weigh them, and then any phase may ask for rows.
struct KlGradRows {
  KernelBuilder &b;
  IndexKlGradOp op;
  SupportRows rows;
  std::optional<SummedAttention> attention; ///< what makes the target, unless it is an operand

  KlGradRows(KernelBuilder &b, IndexKlGradOp op);

  /// The phases that find out which rows count, and the weight of a row; workspaces 0 and 1.
  void weighPhases();
  /// Calls `body(t)` for queries [from, to) of a sequence; it may ask for the gradient of row t.
  void forRows(mlir::Value batch, mlir::Value from, mlir::Value to,
               llvm::function_ref<void(mlir::Value t)> body);
  /// Leaves the gradient of row (batch, t) in `rows.share`, 0 in places that hold no key.
  void gradient(mlir::Value batch, mlir::Value t);

private:
  View weight() { return b.workspace(1, b.getF32Type(), {1}); }
  void read(mlir::Value batch, mlir::Value t);

  mlir::Value blockStart; ///< the first query of the block that `attention` holds
};

} // namespace dsa::cpu
