// The register tile that every product is made of.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Accumulators of one tile: `rows` x `vectors` registers, each of lanes() f32 values.
struct TileShape {
  int64_t rows, vectors;
  bool pairs = false; ///< elements of both operands are words of two bf16, which are both summed
  /// The tile that fills the registers for a product with `columns` columns: 6 x 2 of 16 registers,
  /// 8 x 2 of 32; one vector wide and twice as high if that holds all columns.
  static TileShape of(const VectorIsa &isa, int64_t columns);
};

/// Left operand of a tile: element (i, k) is `view`'s flat element first[i] + k * step.
struct TileLeft {
  View view;
  llvm::SmallVector<mlir::Value> first;
  int64_t step;
};

/// Right operand of a tile: vector j of row k begins at flat element first + k * step + j * lanes.
struct TileRight {
  View view;
  mlir::Value first;
  int64_t step;
};

/// accumulators[i * vectors + j] + sum over k in [0, depth) of left(i, k) * right(k, j): one chain
/// of fused multiply-adds an element, k ascending, so that an element's bits depend neither on its
/// place in a tile nor on where the depth is cut into calls. `multiple` divides depth. Of pairs,
/// the instruction's order within each.
KernelBuilder::Carried multiplyTile(KernelBuilder &b, TileShape tile, const TileLeft &left,
                                    const TileRight &right, mlir::Value depth, int64_t multiple,
                                    mlir::ValueRange accumulators);

/// Accumulators of zero, or of and to the memory whose row i begins at flat element
/// first + i * stride.
KernelBuilder::Carried zeroTile(KernelBuilder &b, TileShape tile);
KernelBuilder::Carried loadTile(KernelBuilder &b, TileShape tile, const View &view,
                                mlir::Value first, int64_t stride);
void storeTile(KernelBuilder &b, TileShape tile, mlir::ValueRange accumulators, const View &view,
               mlir::Value first, int64_t stride);

/// Calls `body(row, count)` for groups of `step` rows that cover [0, rows); what is left is covered
/// by powers of two. `multiple` divides rows.
void rowTiles(KernelBuilder &b, mlir::Value rows, int64_t multiple, int64_t step,
              llvm::function_ref<void(mlir::Value row, int64_t count)> body);

/// Flat elements at which rows [row, row + count) of `view` begin; constant distances where the
/// leading axes of the view merge into one.
llvm::SmallVector<mlir::Value> rowStarts(KernelBuilder &b, const View &view, mlir::Value row,
                                         int64_t count);

/// The transpose of a square of lanes() vectors.
llvm::SmallVector<mlir::Value> transpose(KernelBuilder &b, llvm::ArrayRef<mlir::Value> rows);

/// A vector whose lane i is the sum of the lanes of row(i), for lanes() rows; rows are summed up as
/// they come, in a tree, so that few are alive at once.
mlir::Value sumRows(KernelBuilder &b, llvm::function_ref<mlir::Value(int64_t i)> row);

/// Stores element k < depth of the row of `from` that begins at flat element rows[i] to element
/// target + k * step + i of `to`; `rows` are lanes() many.
void packTransposed(KernelBuilder &b, const View &from, llvm::ArrayRef<mlir::Value> rows,
                    int64_t depth, const View &to, mlir::Value target, int64_t step);

/// Elements of one cache line.
inline constexpr int64_t kLine = 16;

/// Asks for `lines` cache lines from flat element `first` on, into L2, to be read or to be written.
void prefetch(KernelBuilder &b, const View &view, mlir::Value first, int64_t lines,
              bool writes = false);

/// Row `row` of the matrix that a product reads: of `from`, or with `pairs` words of its rows
/// 2 row and 2 row + 1. `column` and `width` say which elements.
mlir::Value loadStep(KernelBuilder &b, const View &from, bool pairs, mlir::Value row,
                     mlir::Value column, llvm::function_ref<mlir::Value(mlir::Value element)> load);

/// Stores `count` rows of `from` from `row` on as panels of `panel` columns: column c of row i to
/// element target + c / panel * stride + i * panel + c % panel of `to`, the last panel padded with
/// zeroes. With `pairs` a row is one of words of two.
void packRows(KernelBuilder &b, const View &from, mlir::Value row, mlir::Value count,
              const View &to, mlir::Value target, int64_t stride, int64_t panel,
              bool pairs = false);

} // namespace dsa::cpu
