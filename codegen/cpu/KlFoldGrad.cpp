// The gradient of the indexer's loss for its scores.
#include "codegen/cpu/KlFoldGrad.h"
#include "codegen/cpu/Families.h"

using namespace mlir;

namespace dsa::cpu {

KlGradRows::KlGradRows(KernelBuilder &b, IndexKlGradOp op)
    : b(b), op(op), rows(SupportRows::of(b, op)) {
  if (!op.getTarget())
    attention.emplace(b, op, op.getScale()->convertToDouble());
}

/// Reads row (batch, t) of scores and target.
void KlGradRows::read(Value batch, Value t) {
  if (attention) {
    const View &sums = attention->turned;
    Value own = b.rowStart(sums, b.sub(t, blockStart));
    rows.readKeys(batch, t, [&](Value s, Value) { return b.loadVector(sums, b.add(own, s)); });
    Value mass = b.splat(rows.orOne(rows.sumOfShares()));
    return b.loop(0, rows.paddedPlaces(), b.lanes(), [&](Value at) {
      b.storeVector(arith::DivFOp::create(b, b.loadVector(rows.share, at), mass), rows.share, at);
    });
  }
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
  b.phase(rows.batches * rows.queries, [&](Value item) {
    Value batch = b.div(item, rows.queries), t = b.rem(item, rows.queries);
    if (rows.positionTells())
      return rows.noteKey(batch, t, {});
    if (rows.indices)
      return rows.noteSelected(batch, t);
    rows.noteVisible(batch, t);
  });
  b.phase(1, [&](Value) {
    Value count = rows.sumOfRows(rows.hasKey());
    count = b.larger(count, b.constant(b.getF64Type(), 1));
    Value rowsThatCount = arith::TruncFOp::create(b, b.getF32Type(), count);
    Value grad = b.loadAt(b.view(op.getGrad()), b.index(0));
    b.storeAt(arith::DivFOp::create(b, grad, rowsThatCount), weight(), b.index(0));
  });
}

void KlGradRows::forRows(Value batch, Value from, Value to,
                         llvm::function_ref<void(Value t)> body) {
  rows.allocate();
  if (!attention)
    return rows.forRows(batch, from, to, body);
  attention->allocate();
  b.loop(from, to, kQueryBlock, [&](Value first) {
    blockStart = first;
    attention->sum(batch, first);
    rows.forRows(batch, first, b.min(b.add(first, kQueryBlock), to), body);
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

/// Writes a row of the gradient out, from places to keys.
static void storeGradient(KlGradRows &grad, Value batch, Value t) {
  KernelBuilder &b = grad.b;
  SupportRows &rows = grad.rows;
  View result = b.view(grad.op.getResult());
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
    b.when(isVisible(b, rows, batch, t, chosen), [&] {
      b.storeAt(b.loadAt(rows.share, place), result, b.add(start, b.toIndex(chosen)));
    });
  });
}

LogicalResult emitIndexKlGrad(KernelBuilder &b, Operation *anchor) {
  KlGradRows grad(b, cast<IndexKlGradOp>(anchor));
  SupportRows &rows = grad.rows;
  grad.weighPhases();
  int64_t blockRows = grad.attention ? kQueryBlock : 1;
  auto blocks = static_cast<int64_t>(llvm::divideCeil(rows.queries, blockRows));
  b.phase(rows.batches * blocks, [&](Value item) {
    Value batch = b.div(item, blocks), from = b.mul(b.rem(item, blocks), blockRows);
    Value to = b.min(b.add(from, blockRows), b.index(rows.queries));
    grad.forRows(batch, from, to, [&](Value t) {
      grad.gradient(batch, t);
      storeGradient(grad, batch, t);
    });
  });
  return success();
}

} // namespace dsa::cpu
