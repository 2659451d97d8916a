// The gradient of the indexer's loss for its scores.
#include "codegen/cpu/KlFoldGrad.h"
#include "codegen/cpu/Families.h"

using namespace mlir;

namespace dsa::cpu {

/// A phase over all rows.
static void rowsOf(SupportRows &rows, llvm::function_ref<void(Value batch, Value t)> body) {
  KernelBuilder &b = rows.b;
  b.phase(rows.batches * rows.queries,
          [&](Value item) { body(b.div(item, rows.queries), b.rem(item, rows.queries)); });
}

/// Reads row (batch, t) of scores and target.
void KlGradRows::read(Value batch, Value t) {
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

void KlGradRows::weighPhases() {
  rowsOf(rows, [&](Value batch, Value t) {
    if (rows.positionTells())
      return rows.noteKey(batch, t, {});
    if (rows.indices)
      return rows.noteSelected(batch, t);
    read(batch, t);
    rows.noteKey(batch, t, rows.largestScore());
  });
  b.phase(1, [&](Value) {
    Value count = rows.sumOfRows(rows.hasKey());
    count = b.larger(count, b.constant(b.getF64Type(), 1));
    Value rowsThatCount = arith::TruncFOp::create(b, b.getF32Type(), count);
    Value grad = b.loadAt(b.view(op.getGrad()), b.index(0));
    b.storeAt(arith::DivFOp::create(b, grad, rowsThatCount), weight(), b.index(0));
  });
}

void KlGradRows::gradient(Value batch, Value t) {
  read(batch, t);
  Value top = rows.largestScore(), scale = b.splat(b.loadAt(weight(), b.index(0)));
  Value mass = arith::DivFOp::create(b, rows.sumOfShares(), rows.orOne(rows.sumOfWeights(top)));
  Value factor = b.splat(mass);
  b.loop(0, rows.paddedPlaces(), b.lanes(), [&](Value at) {
    Value q = arith::MulFOp::create(b, rows.weightAt(at, top), factor);
    Value difference = arith::SubFOp::create(b, q, b.loadVector(rows.share, at));
    b.storeVector(arith::MulFOp::create(b, difference, scale), rows.share, at);
  });
}

LogicalResult emitIndexKlGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<IndexKlGradOp>(anchor);
  KlGradRows grad(b, op);
  SupportRows &rows = grad.rows;
  grad.weighPhases();
  rowsOf(rows, [&](Value batch, Value t) {
    grad.gradient(batch, t);
    View result = b.view(op.getResult());
    Value start = b.linear(result, {batch, t, b.index(0)});
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
