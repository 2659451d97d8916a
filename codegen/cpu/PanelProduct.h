// Products whose right factor is packed already and whose result stays in memory, for kernels that
// do more than one.
#pragma once

#include "codegen/cpu/MicroKernel.h"
#include "codegen/cpu/StoreFold.h"

namespace dsa::cpu {

/// Memory that is needed next, in one piece.
struct Ahead {
  View view;
  mlir::Value first;
  int64_t elements;
  bool writes = false;
};

/// left * right, panel by panel of the right factor.
struct PanelProduct {
  TileShape tile;
  int64_t panels;
  mlir::Value rows;
  int64_t rowsMultiple;
  llvm::function_ref<TileLeft(mlir::Value row, int64_t count)> left;
  BlockMemory right; ///< a row is a panel
  mlir::Value depth;
  int64_t depthMultiple;
  BlockMemory to;
  bool adds;                           ///< to what `to` holds
  int64_t mostRows;                    ///< a bound of `rows`
  llvm::SmallVector<Ahead> ahead = {}; ///< asked for by and by
};

/// Computes the product, asking for memory ahead at every full tile.
void multiplyPanels(KernelBuilder &b, const PanelProduct &product);

/// Zeroes `count` rows of `columns` elements.
void clearRows(KernelBuilder &b, const BlockMemory &rows, mlir::Value count, int64_t columns);

/// Copies `count` rows of `columns` elements.
void copyRows(KernelBuilder &b, const BlockMemory &from, const BlockMemory &to, mlir::Value count,
              int64_t columns);

} // namespace dsa::cpu
