// The indexer's loss: the attention of all heads against the softmax of the scores, row by row.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/GatheredProduct.h"
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
  View products = {};

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

  /// scale q . k - lse of one head and one key.
  Value shiftedProduct(Value batch, Value t, Value head, Value s) {
    View query = b.view(op.getQuery()), keys = b.view(op.getKeys());
    Value q = b.linear(query, {batch, t, head, b.index(0)});
    Value k = b.linear(keys, {batch, s, b.div(head, attention.groupSize()), b.index(0)});
    auto sums =
        b.columns(operands().depth, b.splat(0.0), [&](Value d, Value mask, ValueRange carried) {
          return KernelBuilder::Carried{b.fma(b.loadVector(query, b.add(q, d), mask),
                                              b.loadVector(keys, b.add(k, d), mask), carried[0])};
        });
    Value product = arith::MulFOp::create(b, b.sumLanes(sums[0]), b.f32(operands().scale));
    return arith::SubFOp::create(b, product, b.load(b.view(op.getLse()), {batch, head, t}));
  }

  /// One query that reads its selected keys only.
  void gatheredRow(Value batch, Value t) {
    int64_t heads = operands().heads;
    rows.allocate();
    products = b.scratch(b.getF32Type(), {heads, rows.paddedPlaces()});
    rows.readSelected(batch, t, [&](Value place, Value s) -> Value {
      b.loop(0, heads, 1, [&](Value head) {
        b.store(shiftedProduct(batch, t, head, s), products, {head, place});
      });
      return b.f32(0);
    });
    b.loop(0, rows.paddedPlaces(), b.lanes(), [&](Value at) {
      auto sum =
          b.loop(b.index(0), b.index(heads), 1, b.splat(0.0), [&](Value head, ValueRange carried) {
            Value x = b.loadVector(products, b.add(b.rowStart(products, head), at));
            return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], b.exp(x))};
          });
      Value seen = rows.isPlace(b.loadVector(rows.score, at));
      b.storeVector(arith::SelectOp::create(b, seen, sum[0], b.splat(0.0)), rows.share, at);
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
