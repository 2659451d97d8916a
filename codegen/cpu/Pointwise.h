// The pointwise slots of a kernel: element-wise ops evaluated on vectors while a block is hot in
// cache.
#pragma once

#include "codegen/cpu/Philox.h"

namespace dsa::cpu {

/// A chain of pointwise ops of one kernel, in order. All their tensors flatten to the same rows x
/// columns.
class Pointwise {
public:
  /// The ops behind `result`, the anchor's value that the chain starts from (null without anchor).
  Pointwise(KernelBuilder &b, mlir::Value result);
  /// A prologue: `ops` are element-wise, the first one perhaps a norm, whose result is loaded.
  Pointwise(KernelBuilder &b, llvm::ArrayRef<mlir::Operation *> prologue);

  bool empty() const { return ops.empty(); }
  int64_t columns() const { return columnCount; }
  int64_t rows() const { return rowCount; }

  /// Reads lanes() values of the chain's start at (row, column), masked lanes zero.
  using Load =
      llvm::function_ref<mlir::Value(mlir::Value row, mlir::Value column, mlir::Value mask)>;
  /// Takes lanes() values of the chain's end.
  using Store = llvm::function_ref<void(mlir::Value row, mlir::Value column, mlir::Value mask,
                                        mlir::Value values)>;
  /// Evaluates the chain on rows [rowFrom, rowTo) and `width` columns from `columnFrom` (a multiple
  /// of `width`), and stores every yielded value, or the last one by `store`. Rows are numbered
  /// over the whole tensor.
  void emit(mlir::Value rowFrom, mlir::Value rowTo, mlir::Value columnFrom, int64_t width,
            Load load = nullptr, Store store = nullptr);

private:
  struct Row;
  void setShape(mlir::Value value);
  void emitRow(mlir::Value row, mlir::Value columnFrom, int64_t width, Load load, Store store);
  void emitVector(Row &row, mlir::Value column, mlir::Value mask, Load load, Store store);
  void storeYielded(Row &row, mlir::Value column, mlir::Value mask, bool startIsLoaded);
  mlir::Value evaluate(mlir::Operation *op, Row &row, mlir::Value column, mlir::Value mask);
  mlir::Value operand(mlir::Value value, Row &row, mlir::Value column, mlir::Value mask);
  View flat(mlir::Value value);

  KernelBuilder &b;
  mlir::Value start;
  llvm::SmallVector<mlir::Operation *> ops;
  int64_t rowCount = 0, columnCount = 0;
};

} // namespace dsa::cpu
