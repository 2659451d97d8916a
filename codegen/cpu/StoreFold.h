// Where the blocks of a product go: straight to the result, or through scratch and the pointwise
// chain.
#pragma once

#include "codegen/cpu/Pointwise.h"

namespace dsa::cpu {

/// Memory that a block accumulates in: row i begins at flat element first + i * stride.
struct BlockMemory {
  View view;
  mlir::Value first;
  int64_t stride;
};

/// The last word of a kernel whose blocks are finished tiles of the anchor's result. Blocks go
/// straight to the result if nothing follows and no column block is ragged. Otherwise they
/// accumulate in scratch, because a yielded buffer may alias an input of the chain, and the chain
/// (or a plain copy) runs over the hot block.
class StoreFold {
public:
  /// Blocks have at most `rowBlock` rows and `columnBlock` columns, computed in panels of `panel`.
  StoreFold(KernelBuilder &b, mlir::Value result, int64_t rowBlock, int64_t columnBlock,
            int64_t panel);

  /// Fails with an error at the op if the chain cannot run over blocks of the result.
  llvm::LogicalResult verify() const;
  /// Memory of the block at (row, column) of the result, its leading axes merged.
  BlockMemory begin(mlir::Value row, mlir::Value column);
  /// Runs the chain over rows [row, row + rows) of the finished block and stores what is yielded.
  void finish(const BlockMemory &block, mlir::Value row, mlir::Value rows, mlir::Value column);

private:
  void finishColumns(const BlockMemory &block, mlir::Value row, mlir::Value rows,
                     mlir::Value column, int64_t width);

  KernelBuilder &b;
  mlir::Value result;
  Pointwise chain;
  int64_t rowBlock, columnBlock, columns, paddedBlock;
  mlir::Value direct; ///< the yielded tensor that blocks are stored to; null: through scratch
};

} // namespace dsa::cpu
