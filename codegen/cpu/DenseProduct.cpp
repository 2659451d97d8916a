// The linear map and its two gradients, each with a pointwise chain on the result.
#include "codegen/cpu/BlockedProduct.h"
#include "codegen/cpu/Families.h"

using namespace mlir;

namespace dsa::cpu {

/// Packs the right factor, then computes the blocks of all rows and columns.
static LogicalResult emitDense(KernelBuilder &b, BlockedProduct product, ProductSizes sizes) {
  if (failed(product.verify()))
    return failure();
  product.packPhase();
  int64_t shares = product.shares(), rowBlock = product.rowBlock();
  b.phase(product.rowBlocks() * shares, [&](Value item) {
    Value row = b.mul(b.div(item, shares), rowBlock);
    Value rows = b.index(rowBlock);
    if (sizes.rows % rowBlock != 0)
      rows = b.min(rows, b.sub(b.index(sizes.rows), row));
    product.emitBlock({.leftRow = row,
                       .resultRow = row,
                       .rows = rows,
                       .share = b.rem(item, shares),
                       .group = b.index(0),
                       .depthFrom = b.index(0),
                       .depthTo = b.index(sizes.depth)});
  });
  return success();
}

static int64_t columnsOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape().back();
}

static int64_t rowsOf(Value tensor) {
  int64_t rows = 1;
  for (int64_t size : cast<RankedTensorType>(tensor.getType()).getShape().drop_back())
    rows *= size;
  return rows;
}

LogicalResult emitLinear(KernelBuilder &b, Operation *anchor) {
  auto op = cast<LinearOp>(anchor);
  ProductSizes sizes{rowsOf(op.getInput()), rowsOf(op.getWeight()), columnsOf(op.getInput())};
  return emitDense(b, {b, {op.getInput()}, {op.getWeight(), true}, sizes, op.getResult()}, sizes);
}

LogicalResult emitLinearGradInput(KernelBuilder &b, Operation *anchor) {
  auto op = cast<LinearGradInputOp>(anchor);
  ProductSizes sizes{rowsOf(op.getGrad()), columnsOf(op.getWeight()), columnsOf(op.getGrad())};
  return emitDense(b, {b, {op.getGrad()}, {op.getWeight()}, sizes, op.getResult()}, sizes);
}

LogicalResult emitLinearGradWeight(KernelBuilder &b, Operation *anchor) {
  auto op = cast<LinearGradWeightOp>(anchor);
  ProductSizes sizes{columnsOf(op.getGrad()), columnsOf(op.getInput()), rowsOf(op.getInput())};
  return emitDense(b, {b, {op.getGrad(), true}, {op.getInput()}, sizes, op.getResult()}, sizes);
}

} // namespace dsa::cpu
