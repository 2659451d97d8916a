// What stands before a factor of a product: evaluated row by row where the product packs the
// factor, which exists nowhere else.
#pragma once

#include "codegen/cpu/Pointwise.h"

namespace dsa::cpu {

/// The prologue of one kernel: a norm, element-wise ops, or these behind that.
class Prologue {
public:
  /// `ops` as `prologueOps` lists them.
  Prologue(KernelBuilder &b, llvm::ArrayRef<mlir::Operation *> ops);

  /// Columns of the ops: those of the factor, if only reshapes of rows stand between them.
  int64_t columns() const { return chain.columns(); }

  /// Makes rows [from, from + count) ready, at most `most` of them: their statistics go to scratch.
  /// Once in a phase.
  void openRows(mlir::Value from, mlir::Value count, int64_t most);
  /// Hands `width` columns of the open rows from `column` on, a multiple of `width`, to `store`.
  void emit(mlir::Value column, int64_t width, Pointwise::Store store);
  /// The open rows whole, as they would be in memory: row i of the result is row from + i.
  View rows();

private:
  KernelBuilder &b;
  RmsNormOp norm; ///< null if only element-wise ops stand before the factor
  Pointwise chain;
  mlir::Value from, count;
  int64_t most = 0;
  View scales; ///< reciprocalRms of each open row
};

} // namespace dsa::cpu
