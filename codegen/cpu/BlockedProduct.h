// A product of two matrices as blocks of rows x columns: the loops between the grid and the
// register tile.
#pragma once

#include "codegen/cpu/MicroKernel.h"
#include "codegen/cpu/Prologue.h"
#include "codegen/cpu/StoreFold.h"

namespace dsa::cpu {

/// A factor of a product, the leading axes of `tensor` merged into rows. The left factor's element
/// (i, k) is tensor[i, k], the right one's (k, n) is tensor[k, n]; transposed: with the axes
/// swapped.
struct Factor {
  mlir::Value tensor;
  bool transposed = false;
};

/// Sizes of a product and of its blocks; C is rows x columns, summed over depth.
struct ProductSizes {
  int64_t rows, columns, depth; ///< of one matrix
  int64_t groups = 1;           ///< right matrices stacked along their rows (experts)
  bool rowsVary = false;        ///< the rows of a block are known at run time only
  bool depthVaries = false;     ///< likewise the depth; `depth` is its bound
};

/// One block: C rows [resultRow, resultRow + rows) from left rows [leftRow, leftRow + rows), for
/// share `share` of the columns of right matrix `group`, over depth [depthFrom, depthTo).
struct ProductBlock {
  mlir::Value leftRow, resultRow, rows, share, group, depthFrom, depthTo;
};

/// Emits the phases and blocks of one product kernel. Two factors of bf16 are multiplied in words
/// of two steps of the depth where the machine can and the depth is known and even; any other is
/// widened on the way into registers. The right factor is packed once per launch
/// into panels [group][column / panel][depth][panel], the last one padded with columns that nobody
/// reads. Blocks read the left factor in place, or from scratch if it is transposed or its rows lie
/// far apart. A factor that ops of the kernel make, its prologue, is computed on the way into
/// scratch (left, whole rows for all columns of a share) or into the panels (right).
class BlockedProduct {
public:
  BlockedProduct(KernelBuilder &b, Factor left, Factor right, ProductSizes sizes,
                 mlir::Value result);

  /// Fails with an error at the op if a type or the chain has no kernel.
  llvm::LogicalResult verify() const;
  /// The phase that packs the right factor.
  void packPhase();
  /// Emits one block inside a phase.
  void emitBlock(const ProductBlock &block);

  int64_t rowBlock() const { return rowBlockSize; }
  /// Blocks of the rows of one matrix.
  int64_t rowBlocks() const;
  /// Items that share the columns of a block of rows.
  int64_t shares() const;

private:
  /// The factors as tiles read them: of words where pairs lie beside each other.
  View leftView();
  View rightView();
  int64_t panel() const { return tile.vectors * b.lanes(); }
  int64_t panels() const;
  int64_t columnBlocks() const;
  /// Steps of the depth in one element: words hold two.
  int64_t each() const { return tile.pairs ? 2 : 1; }
  bool cutsDepth() const { return sizes.depthVaries || sizes.depth > depthBlockSize; }
  /// Rows of the tiles that share a cache line of a transposed left factor.
  int64_t lineRows() const;
  void chooseBlocks();
  /// Flat element of the packed right factor at which row k of a panel begins.
  mlir::Value panelRow(mlir::Value group, mlir::Value panelNumber, mlir::Value k);
  void packPlain(const View &to, mlir::Value group, mlir::Value chunk);
  void packColumns(const View &to, mlir::Value group, mlir::Value panelNumber);
  void copyLeft(const ProductBlock &block, mlir::Value k, mlir::Value depth);
  void packLeft(const ProductBlock &block, mlir::Value k, mlir::Value depth);
  void computeLeft(const ProductBlock &block);
  TileLeft tileLeft(const ProductBlock &block, mlir::Value row, int64_t count, mlir::Value k);
  void clear(const BlockMemory &memory, mlir::Value rows, mlir::Value panelCount);
  void rowTiles(mlir::Value rows, int64_t step,
                llvm::function_ref<void(mlir::Value, int64_t)> body);
  void emitColumns(const ProductBlock &block, mlir::Value columnBlock);
  void multiplyBlock(const ProductBlock &block, mlir::Value columnBlock, const BlockMemory &memory,
                     mlir::Value panelCount, mlir::Value k);
  void prefetchRight(mlir::Value panelStart, mlir::Value number);
  void prefetchLeft(const ProductBlock &block, mlir::Value k, mlir::Value panelNumber,
                    mlir::Value tileNumber);

  KernelBuilder &b;
  Factor left, right;
  ProductSizes sizes;
  mlir::Value result;
  TileShape tile;
  int64_t rowBlockSize = 0, columnBlockSize = 0, depthBlockSize = 0;
  bool copiesLeft = false; ///< the left factor is brought together per block, not read in place
  std::optional<Prologue> leftPrologue, rightPrologue;
  View packedRight, packedLeft; ///< of the open phase
  std::optional<StoreFold> store;
};

} // namespace dsa::cpu
