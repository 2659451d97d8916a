// The gradient of the indexer's loss for one row of scores at a time, for whoever folds it.
#pragma once

#include "codegen/cpu/SupportRows.h"

namespace dsa::cpu {

/// Rows of an `index_kl_grad`: two phases weigh them, and then any phase may ask for a row.
struct KlGradRows {
  KernelBuilder &b;
  IndexKlGradOp op;
  SupportRows rows;

  KlGradRows(KernelBuilder &b, IndexKlGradOp op) : b(b), op(op), rows(SupportRows::of(b, op)) {}

  /// The phases that find out which rows count, and the weight of a row; workspaces 0 and 1.
  void weighPhases();
  /// Leaves the gradient of row (batch, t) in `rows.share`, 0 in places that hold no key.
  void gradient(mlir::Value batch, mlir::Value t);

private:
  View weight() { return b.workspace(1, b.getF32Type(), {1}); }
  void read(mlir::Value batch, mlir::Value t);
};

} // namespace dsa::cpu
