// The gradient of the indexer's loss for its scores.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/SupportRows.h"

using namespace mlir;

namespace dsa::cpu {

/// Reads row (batch, t) of scores and target.
static void readRow(KernelBuilder &b, IndexKlGradOp op, SupportRows &rows, Value batch, Value t) {
  rows.allocate();
  View target = b.view(op.getTarget());
  Value start = b.linear(target, {batch, t, b.index(0)});
  if (rows.indices)
    rows.readSelected(batch, t,
                      [&](Value place, Value) { return b.loadAt(target, b.add(start, place)); });
  else
    rows.readKeys(batch, t, [&](Value column, Value mask) {
      return b.loadVector(target, b.add(start, column), mask);
    });
}

/// Phases: which rows count, the weight of a row, and the rows.
LogicalResult emitIndexKlGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<IndexKlGradOp>(anchor);
  SupportRows rows = SupportRows::of(b, op);
  auto forRows = [&](llvm::function_ref<void(Value, Value)> body) {
    b.phase(rows.batches * rows.queries,
            [&](Value item) { body(b.div(item, rows.queries), b.rem(item, rows.queries)); });
  };
  forRows([&](Value batch, Value t) {
    if (rows.positionTells())
      return rows.noteKey(batch, t, {});
    readRow(b, op, rows, batch, t);
    rows.noteKey(batch, t, rows.largestScore());
  });
  b.phase(1, [&](Value) {
    Value count = rows.sumOfRows(rows.hasKey());
    count = b.larger(count, b.constant(b.getF64Type(), 1));
    Value rowsThatCount = arith::TruncFOp::create(b, b.getF32Type(), count);
    Value grad = b.loadAt(b.view(op.getGrad()), b.index(0));
    b.storeAt(arith::DivFOp::create(b, grad, rowsThatCount), b.workspace(1, b.getF32Type(), {1}),
              b.index(0));
  });
  forRows([&](Value batch, Value t) {
    readRow(b, op, rows, batch, t);
    View result = b.view(op.getResult());
    Value start = b.linear(result, {batch, t, b.index(0)}), top = rows.largestScore();
    Value scale = b.splat(b.loadAt(b.workspace(1, b.getF32Type(), {1}), b.index(0)));
    Value mass = arith::DivFOp::create(b, rows.sumOfShares(), rows.orOne(rows.sumOfWeights(top)));
    Value factor = b.splat(mass);
    b.loop(0, rows.paddedPlaces(), b.lanes(), [&](Value at) {
      Value q = arith::MulFOp::create(b, rows.weightAt(at, top), factor);
      Value difference = arith::SubFOp::create(b, q, b.loadVector(rows.share, at));
      b.storeVector(arith::MulFOp::create(b, difference, scale), rows.share, at);
    });
    b.columns(rows.keys, [&](Value column, Value mask) {
      Value v = rows.indices ? b.splat(0.0) : b.loadVector(rows.share, column);
      b.storeVector(v, result, b.add(start, column), mask);
    });
    if (!rows.indices)
      return;
    View chosenKeys = b.view(rows.indices);
    b.loop(0, rows.places, 1, [&](Value place) {
      Value chosen = b.load(chosenKeys, {batch, t, place});
      b.when(rows.isSeen(batch, t, chosen), [&] {
        b.storeAt(b.loadAt(rows.share, place), result, b.add(start, b.toIndex(chosen)));
      });
    });
  });
  return success();
}

} // namespace dsa::cpu
