// Copies of heads, and sums of the gradients of parts of the queries.
#include "codegen/cpu/HeadRows.h"
#include "codegen/cpu/Copy.h"
#include "codegen/cpu/KeyLists.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

void HeadRows::gather() {
  if (!isCopied())
    return;
  copyPhase(b, op.keys, [&] { return b.view(op.keys); }, [&] { return keys(); });
  copyPhase(b, op.values, [&] { return b.view(op.values); }, [&] { return values(); });
}

int64_t HeadRows::gradParts() const {
  return std::min<int64_t>(llvm::divideCeil(4, op.batches * op.keyHeads),
                           llvm::divideCeil(op.queries, KeyLists::kQueries));
}

Value HeadRows::gradBatch(Value batch, Value part) {
  return b.add(b.mul(part, op.batches), batch);
}

void HeadRows::clearGrads(Value gradBatch, Value keyHead) {
  for (const View &view : {keysGrad(), valuesGrad()})
    b.loop(0, op.keyCount, 1, [&](Value s) {
      Value start = b.linear(view, {gradBatch, s, keyHead, b.index(0)});
      b.columns(view.columns(), [&](Value d, Value mask) {
        b.storeVector(b.splat(0.0), view, b.add(start, d), mask);
      });
    });
}

void HeadRows::scatter(const AttentionGrads &grads) {
  sumParts(grads.keysGrad, 2, /*ofValues=*/false);
  sumParts(grads.valuesGrad, 3, /*ofValues=*/true);
}

void HeadRows::sumParts(Value grad, unsigned slot, bool ofValues) {
  int64_t rows = op.keyCount * op.keyHeads;
  View shape{{}, b.getF32Type(), {op.batches * rows, ofValues ? op.valueDepth : op.depth}, {}, 0};
  b.rowsPhase(shape, [&](Value row) {
    View parts = inPieces(5, gradParts(), ofValues), sum = b.resultOrWorkspace(grad, slot);
    Value batch = b.div(row, rows), place = b.rem(row, rows);
    Value s = b.div(place, op.keyHeads), keyHead = b.rem(place, op.keyHeads);
    auto start = [&](const View &view, Value ofBatch) {
      return b.linear(view, {ofBatch, s, keyHead, b.index(0)});
    };
    b.columns(sum.columns(), [&](Value d, Value mask) {
      Value total;
      for (int64_t part = 0; part < gradParts(); ++part) {
        Value from = start(parts, gradBatch(batch, b.index(part)));
        Value own = b.loadVector(parts, b.add(from, d), mask);
        total = total ? Value(arith::AddFOp::create(b, total, own)) : own;
      }
      b.storeVector(total, sum, b.add(start(sum, batch), d), mask);
    });
  });
}

/// A row of keys and the row of values beside it, of one head in one piece; `slot` is the
/// workspace.
View HeadRows::inPieces(unsigned slot, int64_t parts, bool ofValues) {
  int64_t row = op.depth + op.valueDepth, columns = ofValues ? op.valueDepth : op.depth;
  View both =
      b.workspace(slot, b.getF32Type(), {parts * op.batches, op.keyHeads, op.keyCount, row});
  return {both.base,
          both.element,
          {parts * op.batches, op.keyCount, op.keyHeads, columns},
          {both.strides[0], row, both.strides[1], 1},
          both.offset + (ofValues ? op.depth : 0)};
}

int64_t keysAtOnce(const AttentionOperands &op, bool isBackward) {
  constexpr int64_t kFloats = 128 * 1024;
  int64_t rows = kFloats / ((op.depth + op.valueDepth) * (isBackward ? 2 : 1));
  return std::max<int64_t>(rows, 1);
}

} // namespace dsa::cpu
