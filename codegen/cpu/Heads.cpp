// Linear maps of single heads, and rows that all heads share.
#include "codegen/cpu/AttentionFrame.h"
#include "codegen/cpu/Copy.h"
#include "codegen/cpu/Families.h"

using namespace mlir;

namespace dsa::cpu {

static ArrayRef<int64_t> shapeOf(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

/// Sets every element of `view`, whose columns are whole vectors, to zero.
static void clear(KernelBuilder &b, const View &view) {
  b.loop(0, view.elements(), b.lanes(), [&](Value at) { b.storeVector(b.splat(0.0), view, at); });
}

/// The whole depth of a product, for every tile of rows.
static auto allSteps(KernelBuilder &b, int64_t depth) {
  return [&b, depth](Value) { return AttentionFrame::Steps{b.index(0), b.index(depth), depth}; };
}

/// Row k of matrix h of the weight, as the product reads it: k is a column unless transposed.
static void packRow(KernelBuilder &b, HeadLinearOp op, Value head, Value k, const View &to,
                    Value target) {
  View weight = b.view(op.getWeight());
  int64_t width = shapeOf(op.getResult()).back();
  for (int64_t column = width / b.lanes() * b.lanes(); column < to.columns(); column += b.lanes())
    b.storeVector(b.splat(0.0), to, b.add(target, column));
  if (!op.getTransposed()) {
    b.loop(0, width, 1,
           [&](Value n) { b.storeAt(b.load(weight, {head, n, k}), to, b.add(target, n)); });
    return;
  }
  Value source = b.linear(weight, {head, k, b.index(0)});
  b.columns(width, [&](Value n, Value mask) {
    b.storeVector(b.loadVector(weight, b.add(source, n), mask), to, b.add(target, n), mask);
  });
}

LogicalResult emitHeadLinear(KernelBuilder &b, Operation *anchor) {
  auto op = cast<HeadLinearOp>(anchor);
  AttentionFrame frame(b, {});
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  int64_t queries = shape[1], heads = shape[2], depth = shape[3];
  int64_t width = frame.padded(shapeOf(op.getResult()).back());
  int64_t blocks = (queries + kQueryBlock - 1) / kQueryBlock;
  auto packed = [&] { return b.workspace(0, b.getF32Type(), {heads * depth, width}); };
  b.phase(heads * depth, [&](Value item) {
    View to = packed();
    packRow(b, op, b.div(item, depth), b.rem(item, depth), to, b.rowStart(to, item));
  });
  b.phase(shape[0] * blocks * heads, [&](Value item) {
    Value head = b.rem(item, heads), block = b.div(item, heads);
    Value batch = b.div(block, blocks), first = b.mul(b.rem(block, blocks), kQueryBlock);
    View rows = b.scratch(b.getF32Type(), {kQueryBlock, frame.padded(depth)});
    View sums = b.scratch(b.getF32Type(), {kQueryBlock, width}), result = b.view(op.getResult());
    auto of = QueryRows::ofHead(b, batch, head, first, kQueryBlock, queries);
    frame.copyQueries(op.getInput(), of, rows);
    clear(b, sums);
    frame.accumulate(rows, rows.columns(), 1, b.index(kQueryBlock), packed(), allSteps(b, depth),
                     b.mul(head, depth), sums, b.index(0));
    b.loop(b.index(0), of.count, 1, [&](Value row) {
      copyRow(b, sums, b.rowStart(sums, row), result, of.start(b, result, row));
    });
  });
  return success();
}

LogicalResult emitHeadLinearGradWeight(KernelBuilder &b, Operation *anchor) {
  auto op = cast<HeadLinearGradWeightOp>(anchor);
  AttentionFrame frame(b, {});
  ArrayRef<int64_t> shape = shapeOf(op.getInput());
  int64_t rows = shapeOf(op.getGrad()).back();
  b.phase(shape[2], [&](Value head) {
    View grad = b.scratch(b.getF32Type(), {kQueryBlock, frame.padded(rows)});
    View input = b.scratch(b.getF32Type(), {kQueryBlock, frame.padded(shape[3])});
    View sums = b.scratch(b.getF32Type(), {grad.columns(), input.columns()});
    View result = b.view(op.getResult());
    Value zero = b.index(0);
    clear(b, sums);
    b.loop(0, shape[0], 1, [&](Value batch) {
      b.loop(0, shape[1], kQueryBlock, [&](Value first) {
        auto of = QueryRows::ofHead(b, batch, head, first, kQueryBlock, shape[1]);
        frame.copyQueries(op.getGrad(), of, grad);
        frame.copyQueries(op.getInput(), of, input);
        frame.accumulate(grad, 1, grad.columns(), b.index(rows), input, allSteps(b, kQueryBlock),
                         zero, sums, zero);
      });
    });
    b.loop(0, rows, 1, [&](Value row) {
      copyRow(b, sums, b.rowStart(sums, row), result, b.linear(result, {head, row, zero}));
    });
  });
  return success();
}

/// A description of `tensor` without a buffer, for phases over its rows.
static View rowsOf(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return {{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
}

LogicalResult emitShareHeads(KernelBuilder &b, Operation *anchor) {
  auto op = cast<ShareHeadsOp>(anchor);
  b.rowsPhase(rowsOf(op.getResult()), [&](Value row) {
    View from = b.view(op.getInput()), to = b.view(op.getResult());
    Value shared = b.div(row, static_cast<int64_t>(op.getHeads()));
    copyRow(b, from, b.rowStart(from, shared), to, b.rowStart(to, row));
  });
  return success();
}

LogicalResult emitSumHeads(KernelBuilder &b, Operation *anchor) {
  auto op = cast<SumHeadsOp>(anchor);
  int64_t heads = shapeOf(op.getInput())[2];
  b.rowsPhase(rowsOf(op.getResult()), [&](Value row) {
    View from = b.view(op.getInput()), to = b.view(op.getResult());
    Value first = b.mul(row, heads), target = b.rowStart(to, row);
    b.columns(to.columns(), [&](Value column, Value mask) {
      auto sum =
          b.loop(b.index(0), b.index(heads), 1, b.splat(0.0), [&](Value head, ValueRange carried) {
            Value start = b.rowStart(from, b.add(first, head));
            return KernelBuilder::Carried{arith::AddFOp::create(
                b, carried[0], b.loadVector(from, b.add(start, column), mask))};
          });
      b.storeVector(sum[0], to, b.add(target, column), mask);
    });
  });
  return success();
}

} // namespace dsa::cpu
