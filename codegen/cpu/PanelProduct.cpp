// The loops over panels and register tiles of a product, and what they ask of memory ahead of time.
#include "codegen/cpu/PanelProduct.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using llvm::divideCeilSigned;

namespace dsa::cpu {

void clearRows(KernelBuilder &b, const BlockMemory &rows, Value count, int64_t columns) {
  b.loop(b.index(0), count, 1, [&](Value row) {
    Value first = b.add(rows.first, b.mul(row, rows.stride));
    b.columns(columns, [&](Value column, Value mask) {
      b.storeVector(b.splat(0.0), rows.view, b.add(first, column), mask);
    });
  });
}

void copyRows(KernelBuilder &b, const BlockMemory &from, const BlockMemory &to, Value count,
              int64_t columns) {
  b.loop(b.index(0), count, 1, [&](Value row) {
    Value source = b.add(from.first, b.mul(row, from.stride));
    Value target = b.add(to.first, b.mul(row, to.stride));
    b.columns(columns, [&](Value column, Value mask) {
      b.storeVector(b.loadVector(from.view, b.add(source, column), mask), to.view,
                    b.add(target, column), mask);
    });
  });
}

/// Asks for the share of one tile of what is needed next.
static void ask(KernelBuilder &b, const PanelProduct &product, Value panel, Value row) {
  int64_t high = divideCeilSigned(product.mostRows, product.tile.rows);
  Value number = b.add(b.mul(panel, high), b.div(row, product.tile.rows));
  for (const Ahead &next : product.ahead) {
    int64_t lines = divideCeilSigned(divideCeilSigned(next.elements, kLine), high * product.panels);
    prefetch(b, next.view, b.add(next.first, b.mul(number, lines * kLine)), lines, next.writes);
  }
}

void multiplyPanels(KernelBuilder &b, const PanelProduct &product) {
  TileShape full = product.tile;
  int64_t panelWidth = full.vectors * b.lanes();
  b.loop(0, product.panels, 1, [&](Value panel) {
    TileRight right{product.right.view,
                    b.add(product.right.first, b.mul(panel, product.right.stride)), panelWidth};
    Value corner = b.add(product.to.first, b.mul(panel, panelWidth));
    rowTiles(b, product.rows, product.rowsMultiple, full.rows, [&](Value row, int64_t count) {
      TileShape shape{count, full.vectors};
      Value target = b.add(corner, b.mul(row, product.to.stride));
      if (count == full.rows)
        ask(b, product, panel, row);
      for (int64_t i = 0; i < count && !product.adds; ++i)
        prefetch(b, product.to.view, b.add(target, i * product.to.stride),
                 divideCeilSigned(panelWidth, kLine), true);
      auto sums = product.adds ? loadTile(b, shape, product.to.view, target, product.to.stride)
                               : zeroTile(b, shape);
      sums = multiplyTile(b, shape, product.left(row, count), right, product.depth,
                          product.depthMultiple, sums);
      storeTile(b, shape, sums, product.to.view, target, product.to.stride);
    });
  });
}

} // namespace dsa::cpu
