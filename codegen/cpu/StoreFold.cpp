// Stores finished blocks of products.
#include "codegen/cpu/StoreFold.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

StoreFold::StoreFold(KernelBuilder &b, Value result, int64_t rowBlock, int64_t columnBlock,
                     int64_t panel)
    : b(b), result(result), chain(b, result), rowBlock(rowBlock), columnBlock(columnBlock),
      columns(cast<RankedTensorType>(result.getType()).getShape().back()),
      paddedBlock(llvm::alignTo(columnBlock, panel)) {
  Operation *yield = b.kernel().getBody().front().getTerminator();
  bool isWide = getElementTypeOrSelf(result.getType()).isF32();
  if (chain.empty() && columns % panel == 0 && yield->getNumOperands() == 1 && isWide)
    direct = yield->getOperand(0);
}

LogicalResult StoreFold::verify() const {
  if (chain.columns() == columns)
    return success();
  return result.getDefiningOp()->emitOpError("expected pointwise neighbours with rows of ")
         << columns << " columns, got " << chain.columns();
}

BlockMemory StoreFold::begin(Value row, Value column) {
  if (!direct) {
    View scratch = b.scratch(b.getF32Type(), {rowBlock, paddedBlock});
    return {scratch, b.index(0), paddedBlock};
  }
  View whole = b.view(direct);
  whole = b.reshape(whole, {whole.elements() / columns, columns});
  return {whole, b.add(b.rowStart(whole, row), column), columns};
}

void StoreFold::finish(const BlockMemory &block, Value row, Value rows, Value column) {
  if (direct)
    return;
  int64_t ragged = columns % columnBlock;
  if (ragged == 0 || columns < columnBlock)
    return finishColumns(block, row, rows, column, std::min(columns, columnBlock));
  b.when(
      b.less(column, b.index(columns - ragged)),
      [&] { finishColumns(block, row, rows, column, columnBlock); },
      [&] { finishColumns(block, row, rows, column, ragged); });
}

void StoreFold::finishColumns(const BlockMemory &block, Value row, Value rows, Value column,
                              int64_t width) {
  chain.emit(row, b.add(row, rows), column, width,
             [&](Value chainRow, Value chainColumn, Value mask) {
               Value start = b.add(block.first, b.mul(b.sub(chainRow, row), block.stride));
               return b.loadVector(block.view, b.add(start, b.sub(chainColumn, column)), mask);
             });
}

} // namespace dsa::cpu
