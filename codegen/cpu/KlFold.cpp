// The indexer's loss: the attention of all heads against the softmax of the scores, row by row.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/GatheredProduct.h"
#include "codegen/cpu/KeyAccess.h"
#include "codegen/cpu/SummedAttention.h"
#include "codegen/cpu/SupportRows.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Shares below the smallest normal number count as zero: their logarithm is not to be trusted.
constexpr double kSmallestShare = 1.2e-38;

/// Emits the forward op for blocks of queries.
struct KlEmitter {
  KernelBuilder &b;
  IndexKlOp op;
  SummedAttention attention;
  SupportRows rows;

  KlEmitter(KernelBuilder &b, IndexKlOp op)
      : b(b), op(op), attention(b, op, op.getScale().convertToDouble()),
        rows(SupportRows::of(b, op)) {}

  const AttentionOperands &operands() const { return attention.frame.op(); }

  /// All queries of one block, by dense tiles over every key that one of them may see.
  void denseBlock(Value batch, Value first) {
    attention.allocate();
    rows.allocate();
    attention.sum(batch, first);
    Value end = b.min(b.add(first, kQueryBlock), b.index(rows.queries));
    rows.forRows(batch, first, end, [&](Value t) {
      const View &sums = attention.turned;
      Value own = b.rowStart(sums, b.sub(t, first));
      if (rows.indices)
        rows.readSelected(batch, t, [&](Value, Value s) { return b.loadAt(sums, b.add(own, s)); });
      else
        rows.readKeys(batch, t, [&](Value s, Value) { return b.loadVector(sums, b.add(own, s)); });
      finishRow(batch, t);
    });
  }

  /// The sum over the heads of exp(scale q . k - lse), for the selected keys of lanes of places.
  Value summedWeights(Value batch, Value t, Value at) {
    View query = b.view(op.getQuery()), keys = b.view(op.getKeys()), lse = b.view(op.getLse());
    SmallVector<Value> chosen;
    for (int64_t lane = 0; lane < b.lanes(); ++lane)
      chosen.push_back(rows.keyAt(batch, t, b.add(at, lane)));
    auto ofHead = [&](Value head, ValueRange carried) {
      Value keyHead = b.div(head, attention.groupSize());
      SmallVector<Value> starts;
      for (Value s : chosen)
        starts.push_back(b.linear(keys, {batch, s, keyHead, b.index(0)}));
      Row left{query, b.linear(query, {batch, t, head, b.index(0)})};
      Value products =
          arith::MulFOp::create(b, dotRows(b, left, keys, starts), b.splat(operands().scale));
      Value shifted = arith::SubFOp::create(b, products, b.splat(b.load(lse, {batch, head, t})));
      return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], b.exp(shifted))};
    };
    return b.loop(b.index(0), b.index(operands().heads), 1, b.splat(0.0), ofHead)[0];
  }

  /// One query that reads its selected keys only.
  void gatheredRow(Value batch, Value t) {
    rows.allocate();
    rows.readSelected(batch, t, [&](Value, Value) { return b.f32(0); });
    b.loop(0, rows.paddedPlaces(), b.lanes(), [&](Value at) {
      Value sums = summedWeights(batch, t, at);
      Value seen = rows.isPlace(b.loadVector(rows.score, at));
      b.storeVector(arith::SelectOp::create(b, seen, sums, b.splat(0.0)), rows.share, at);
    });
    finishRow(batch, t);
  }

  /// Normalises the shares and adds up the loss of the row that scratch holds.
  void finishRow(Value batch, Value t) {
    View rowLoss = b.resultOrWorkspace(op.getRowLoss(), 1);
    Value top = rows.largestScore();
    rows.noteKey(batch, t, top);
    Value log = arith::AddFOp::create(b, top, b.log(rows.orOne(rows.sumOfWeights(top))));
    Value sum = rows.sumOfShares(), mass = b.splat(rows.orOne(sum)), logs = b.splat(log);
    Value loss = rows.fold(b.splat(0.0), [&](Value at, Value carried) -> Value {
      Value p = arith::DivFOp::create(b, b.loadVector(rows.share, at), mass);
      b.storeVector(p, rows.share, at);
      Value some = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, p, b.splat(kSmallestShare));
      Value safe = arith::SelectOp::create(b, some, p, b.splat(1.0));
      Value own = arith::SubFOp::create(b, b.loadVector(rows.score, at), logs);
      Value term = arith::MulFOp::create(b, p, arith::SubFOp::create(b, b.log(safe), own));
      term = arith::SelectOp::create(b, some, term, b.splat(0.0));
      return arith::AddFOp::create(b, carried, term);
    });
    // A sum that is not finite makes the zero NaN.
    Value own = arith::AddFOp::create(b, b.sumLanes(loss), arith::MulFOp::create(b, sum, b.f32(0)));
    b.expectFinite(own, b.add(b.mul(batch, rows.queries), t));
    b.store(own, rowLoss, {batch, t});
    if (!b.hasBuffer(op.getTarget()))
      return;
    View target = b.view(op.getTarget());
    Value start = b.linear(target, {batch, t, b.index(0)});
    b.columns(rows.places, [&](Value column, Value mask) {
      b.storeVector(b.loadVector(rows.share, column), target, b.add(start, column), mask);
    });
  }
};

} // namespace

LogicalResult emitIndexKl(KernelBuilder &b, Operation *anchor) {
  auto op = cast<IndexKlOp>(anchor);
  KlEmitter emitter(b, op);
  SupportRows &rows = emitter.rows;
  rows.packPhase();
  if (prefersGather(emitter.operands())) {
    b.phase(rows.batches * rows.queries, [&](Value item) {
      emitter.gatheredRow(b.div(item, rows.queries), b.rem(item, rows.queries));
    });
  } else {
    int64_t blocks = emitter.operands().blocks();
    b.phase(rows.batches * blocks, [&](Value item) {
      emitter.denseBlock(b.div(item, blocks), b.mul(b.rem(item, blocks), kQueryBlock));
    });
  }
  if (!b.hasBuffer(op.getLoss()))
    return success();
  b.phase(1, [&](Value) {
    Value sum = rows.sumOfRows(b.resultOrWorkspace(op.getRowLoss(), 1));
    Value count = rows.sumOfRows(rows.hasKey());
    count = b.larger(count, b.constant(b.getF64Type(), 1));
    Value mean = arith::DivFOp::create(b, sum, count);
    b.storeAt(arith::TruncFOp::create(b, b.getF32Type(), mean), b.view(op.getLoss()), b.index(0));
  });
  return success();
}

} // namespace dsa::cpu
