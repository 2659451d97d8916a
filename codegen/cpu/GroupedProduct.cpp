// Linear maps of expert groups: each expert multiplies its own range of rows with its own weight.
#include "codegen/cpu/BlockedProduct.h"
#include "codegen/cpu/Families.h"

using namespace mlir;

namespace dsa::cpu {

namespace {

/// The rows of one expert that an item works on; empty if the item is beyond the last block.
struct GroupRows {
  Value expert, from, to;
};

} // namespace

static ArrayRef<int64_t> shapeOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

static Value loadOffset(KernelBuilder &b, const View &offsets, Value expert) {
  return b.toIndex(b.loadAt(offsets, b.add(b.mul(expert, offsets.strides[0]), offsets.offset)));
}

/// Block number `number` of the rows of all experts, each expert cut into blocks of its own.
static GroupRows findBlock(KernelBuilder &b, const View &offsets, Value number, int64_t rowBlock) {
  int64_t experts = offsets.shape[0] - 1;
  Value none = b.index(0);
  KernelBuilder::Carried found = b.loop(
      b.index(0), b.index(experts), 1, {none, none, none, number},
      [&](Value expert, ValueRange carried) -> KernelBuilder::Carried {
        Value begin = loadOffset(b, offsets, expert);
        Value end = loadOffset(b, offsets, b.add(expert, 1));
        Value first = b.add(begin, b.mul(carried[3], rowBlock));
        Value after = b.sub(carried[3], b.div(b.add(b.sub(end, begin), rowBlock - 1), rowBlock));
        // A negative number has been found before; a first row beyond the end is a later expert's.
        Value here = arith::AndIOp::create(b, b.less(b.index(-1), carried[3]), b.less(first, end));
        auto choose = [&](Value mine, Value before) -> Value {
          return arith::SelectOp::create(b, here, mine, before);
        };
        return {choose(expert, carried[0]), choose(first, carried[1]),
                choose(b.min(b.add(first, rowBlock), end), carried[2]), after};
      });
  return {found[0], found[1], found[2]};
}

/// Forward and input gradient: rows of each expert times its weight. The grid is the static bound
/// of blocks for any offsets; items beyond the last block do nothing.
static LogicalResult emitGroupedRows(KernelBuilder &b, Value input, Factor weight, Value offsets,
                                     int64_t columns, Value result) {
  ProductSizes sizes{shapeOf(input)[0], columns, shapeOf(input)[1]};
  sizes.groups = shapeOf(weight.tensor)[0];
  sizes.rowsVary = true;
  BlockedProduct product(b, {input}, weight, sizes, result);
  if (failed(product.verify()))
    return failure();
  product.packPhase();
  int64_t shares = product.shares();
  int64_t rowBlocks = product.rowBlocks() + sizes.groups;
  b.phase(rowBlocks * shares, [&](Value item) {
    GroupRows rows = findBlock(b, b.view(offsets), b.div(item, shares), product.rowBlock());
    b.when(b.less(rows.from, rows.to), [&] {
      product.emitBlock({.leftRow = rows.from,
                         .resultRow = rows.from,
                         .rows = b.sub(rows.to, rows.from),
                         .share = b.rem(item, shares),
                         .group = rows.expert,
                         .depthFrom = b.index(0),
                         .depthTo = b.index(sizes.depth)});
    });
  });
  return success();
}

LogicalResult emitGroupedLinear(KernelBuilder &b, Operation *anchor) {
  auto op = cast<GroupedLinearOp>(anchor);
  return emitGroupedRows(b, op.getInput(), {op.getWeight(), true}, op.getOffsets(),
                         shapeOf(op.getWeight())[1], op.getResult());
}

LogicalResult emitGroupedLinearGradInput(KernelBuilder &b, Operation *anchor) {
  auto op = cast<GroupedLinearGradInputOp>(anchor);
  return emitGroupedRows(b, op.getGrad(), {op.getWeight()}, op.getOffsets(),
                         shapeOf(op.getWeight())[2], op.getResult());
}

/// One matrix an expert, summed over the expert's own rows; zero without rows.
LogicalResult emitGroupedLinearGradWeight(KernelBuilder &b, Operation *anchor) {
  auto op = cast<GroupedLinearGradWeightOp>(anchor);
  int64_t experts = shapeOf(op.getResult())[0];
  ProductSizes sizes{shapeOf(op.getGrad())[1], shapeOf(op.getInput())[1],
                     shapeOf(op.getInput())[0]};
  sizes.depthVaries = true;
  BlockedProduct product(b, {op.getGrad(), true}, {op.getInput()}, sizes, op.getResult());
  if (failed(product.verify()))
    return failure();
  product.packPhase();
  int64_t shares = product.shares(), rowBlocks = product.rowBlocks();
  b.phase(experts * rowBlocks * shares, [&](Value item) {
    View offsets = b.view(op.getOffsets());
    Value expert = b.div(item, rowBlocks * shares);
    Value row = b.mul(b.rem(b.div(item, shares), rowBlocks), product.rowBlock());
    product.emitBlock({.leftRow = row,
                       .resultRow = b.add(b.mul(expert, sizes.rows), row),
                       .rows = b.min(b.index(product.rowBlock()), b.sub(b.index(sizes.rows), row)),
                       .share = b.rem(item, shares),
                       .group = b.index(0),
                       .depthFrom = loadOffset(b, offsets, expert),
                       .depthTo = loadOffset(b, offsets, b.add(expert, 1))});
  });
  return success();
}

} // namespace dsa::cpu
