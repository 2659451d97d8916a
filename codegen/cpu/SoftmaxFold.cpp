// Attention forward: an online softmax over tiles of keys, times the values, for all or for
// selected keys.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/GatheredProduct.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Emits one block of queries of one head.
struct ForwardEmitter {
  KernelBuilder &b;
  AttentionFrame &frame;
  KeyLists *lists; ///< null where tiles of all keys are masked
  Value result, lse;
  Value batch, head;
  View keys{}, values{};                  // of one head, or of one tile of a list
  View queries{}, transposed{}, scores{}; // of one block of queries
  View output{}, top{}, sum{};            // of rowsAtOnce() queries
  Value origin{};                         // the row of the block's first query in these

  int64_t rowsAtOnce() const { return lists ? KeyLists::kQueries : kQueryBlock; }

  void allocate() {
    Type f32 = b.getF32Type();
    const AttentionOperands &op = frame.op();
    int64_t depth = frame.padded(op.depth), valueDepth = frame.padded(op.valueDepth);
    int64_t rows = lists ? frame.keyTile() : frame.paddedKeys();
    keys = b.scratch(f32, {rows, depth}), values = b.scratch(f32, {rows, valueDepth});
    queries = b.scratch(f32, {kQueryBlock, depth}),
    transposed = b.scratch(f32, {depth, kQueryBlock});
    scores =
        b.scratch(f32, {static_cast<int64_t>(llvm::alignTo(frame.keyTile(), 64)), kQueryBlock});
    output = b.scratch(f32, {rowsAtOnce(), valueDepth});
    top = b.scratch(f32, {rowsAtOnce()}), sum = b.scratch(f32, {rowsAtOnce()});
  }

  /// Masks the tile, moves the running maximum, rescales what is there and turns scores into
  /// weights.
  void softmax(Value first, Value from, Value to) {
    b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
      auto at = [&](Value s) { return b.add(b.rowStart(scores, b.sub(s, from)), column); };
      Value row = b.add(origin, column), old = b.loadVector(top, row), query = b.add(first, column);
      Value limit = frame.reach(query, b.lanes(), from, to);
      Value masked = frame.firstMasked(query, from, limit);
      auto scoreOf = [&](Value s) {
        Value score = b.loadVector(scores, at(s));
        return frame.op().scoreBody ? frame.revise(score, head, first, column, s).score : score;
      };
      auto best = b.loop(from, masked, 1, old, [&](Value s, ValueRange carried) {
        Value score = scoreOf(s);
        if (frame.op().scoreBody)
          b.storeVector(score, scores, at(s));
        return KernelBuilder::Carried{b.larger(carried[0], score)};
      });
      best = b.loop(masked, limit, 1, best, [&](Value s, ValueRange carried) {
        Value seen = frame.sees(batch, first, column, s);
        Value score = arith::SelectOp::create(b, seen, scoreOf(s), b.splat(kNoScore));
        b.storeVector(score, scores, at(s));
        return KernelBuilder::Carried{b.larger(carried[0], score)};
      });
      Value shrink = b.exp(arith::SubFOp::create(b, old, best[0]));
      Value start = arith::MulFOp::create(b, b.loadVector(sum, row), shrink);
      auto total = frame.forKeys(
          batch, head, first, column, from, limit, start,
          [&](Value s, Value factor, ValueRange carried) {
            Value weight = b.exp(arith::SubFOp::create(b, b.loadVector(scores, at(s)), best[0]));
            Value kept = weight;
            if (factor) {
              // Dropout's groups of 64 may reach past the limit: those keys weigh nothing.
              Value inside = b.splat(b.less(s, limit));
              weight = arith::SelectOp::create(b, inside, weight, b.splat(0.0));
              kept = arith::MulFOp::create(b, weight, factor);
            }
            b.storeVector(kept, scores, at(s));
            return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], weight)};
          });
      b.storeVector(best[0], top, row);
      b.storeVector(total[0], sum, row);
      if (lists || frame.op().keyCount > frame.keyTile())
        rescale(row, shrink);
    });
  }

  /// Multiplies lanes() rows of the output by `factors`.
  void rescale(Value row, Value factors) {
    View spill = b.scratch(b.getF32Type(), {b.lanes()});
    b.storeVector(factors, spill, b.index(0));
    b.loop(0, b.lanes(), 1, [&](Value lane) {
      Value factor = b.splat(b.load(spill, lane)), start = b.rowStart(output, b.add(row, lane));
      b.columns(output.columns(), [&](Value d, Value) {
        Value at = b.add(start, d);
        b.storeVector(arith::MulFOp::create(b, b.loadVector(output, at), factor), output, at);
      });
    });
  }

  void finish(Value first) {
    View o = b.resultOrWorkspace(result, 1), statistics = b.resultOrWorkspace(lse, 2);
    b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
      Value row = b.add(origin, column), total = b.loadVector(sum, row), t = b.add(first, column);
      Value some = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, total, b.splat(0.0));
      Value safe = arith::SelectOp::create(b, some, total, b.splat(1.0));
      Value log = arith::AddFOp::create(b, b.loadVector(top, row), b.log(safe));
      Value none = b.splat(kNoScore);
      b.storeVector(arith::DivFOp::create(b, b.splat(1.0), safe), sum, row);
      bool ragged = frame.op().queries % kQueryBlock != 0;
      b.storeVector(arith::SelectOp::create(b, some, log, none), statistics,
                    b.linear(statistics, {batch, head, t}),
                    ragged ? b.maskBelow(b.sub(b.index(frame.op().queries), t)) : Value());
    });
    b.loop(first, b.min(b.add(first, kQueryBlock), b.index(frame.op().queries)), 1, [&](Value t) {
      Value row = b.add(origin, b.sub(t, first)), factor = b.splat(b.load(sum, row));
      Value source = b.rowStart(output, row), target = b.linear(o, {batch, t, head, b.index(0)});
      b.columns(frame.op().valueDepth, [&](Value d, Value mask) {
        Value v = b.loadVector(output, b.add(source, d));
        b.storeVector(arith::MulFOp::create(b, v, factor), o, b.add(target, d), mask);
      });
    });
  }

  /// Keys [from, to) of the rows in `keys` and `values`.
  void tile(Value first, Value from, Value to) {
    frame.scores(keys, transposed, first, from, to, scores);
    softmax(first, from, to);
    auto keysOf = [&](Value row) { return frame.keysOf(b.add(first, row), from, to); };
    frame.accumulate(scores, 1, kQueryBlock, b.index(kQueryBlock), values, keysOf, from, output,
                     origin);
  }

  void allTiles(Value first) {
    Value limit = frame.keyLimit(first);
    b.loop(b.index(0), limit, frame.keyTile(),
           [&](Value from) { tile(first, from, b.min(b.add(from, frame.keyTile()), limit)); });
  }

  /// The keys that each query up to `end` has to itself.
  void ownKeys(Value first, Value end) {
    const AttentionOperands &op = frame.op();
    lists->forOwn(
        batch, first, end, keysAtOnce(op, /*isBackward=*/false),
        [&](Value t, const KeyLists::Own &list) {
          GatheredQuery(b, op, batch, head, t, list).attend({top, sum, output, b.sub(t, first)});
        });
  }

  /// The keys that the block shares.
  void sharedTiles(Value first) {
    const AttentionOperands &op = frame.op();
    auto [list, count] = lists->shared(batch, first);
    Value zero = b.index(0), keyHead = b.div(head, op.heads / op.keyHeads);
    b.loop(zero, count, frame.keyTile(), [&](Value from) {
      Value rows = b.min(b.index(frame.keyTile()), b.sub(count, from));
      frame.useList({list.keys, list.words, b.add(list.first, from)});
      frame.copyListed(HeadRows(b, op).keys(), batch, keyHead, rows, keys);
      frame.copyListed(HeadRows(b, op).values(), batch, keyHead, rows, values);
      tile(first, zero, rows);
    });
  }

  void block(Value first) {
    frame.copyQueries(frame.op().query, batch, head, first, queries);
    frame.transposeQueries(queries, transposed, frame.op().scale);
    if (lists)
      sharedTiles(first);
    else
      allTiles(first);
    finish(first);
  }

  /// rowsAtOnce() queries from `first` on.
  void queriesFrom(Value first) {
    Value end = b.min(b.add(first, rowsAtOnce()), b.index(frame.op().queries));
    b.loop(0, rowsAtOnce(), b.lanes(), [&](Value row) {
      b.storeVector(b.splat(kLowestScore), top, row);
      b.storeVector(b.splat(0.0), sum, row);
    });
    b.loop(0, output.elements(), b.lanes(),
           [&](Value at) { b.storeVector(b.splat(0.0), output, at); });
    if (lists)
      ownKeys(first, end);
    b.loop(first, end, kQueryBlock, [&](Value from) {
      origin = b.sub(from, first);
      block(from);
    });
  }
};

} // namespace

LogicalResult emitAttention(KernelBuilder &b, Operation *anchor) {
  AttentionFrame frame(b, AttentionOperands::of(anchor));
  const AttentionOperands &op = frame.op();
  KeyLists lists(b, op);
  bool listed = prefersGather(op);
  if (listed) {
    lists.phase();
    HeadRows(b, op).gather();
  } else if (op.indices) {
    frame.selectionPhase();
  }
  // With lists nothing is copied for a whole head, so that some of its queries are work enough.
  int64_t parts = listed ? llvm::divideCeil(op.queries, KeyLists::kQueries) : 1;
  b.phase(op.batches * op.heads * parts, [&](Value item) {
    Value row = b.div(item, parts);
    ForwardEmitter emitter{.b = b,
                           .frame = frame,
                           .lists = listed ? &lists : nullptr,
                           .result = anchor->getResult(0),
                           .lse = anchor->getResult(1),
                           .batch = b.div(row, op.heads),
                           .head = b.rem(row, op.heads)};
    emitter.allocate();
    if (listed)
      return emitter.queriesFrom(b.mul(b.rem(item, parts), KeyLists::kQueries));
    Value keyHead = b.div(emitter.head, op.heads / op.keyHeads);
    frame.copyHead(op.keys, emitter.batch, keyHead, emitter.keys);
    frame.copyHead(op.values, emitter.batch, keyHead, emitter.values);
    b.loop(0, op.queries, kQueryBlock, [&](Value first) { emitter.queriesFrom(first); });
  });
  return success();
}

} // namespace dsa::cpu
