// Attention backward: probabilities recomputed from the log-sum-exp, five products a tile, private
// sums a head.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/GatheredProduct.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Emits all queries of one head.
struct BackwardEmitter {
  KernelBuilder &b;
  AttentionFrame &frame;
  KeyLists *lists; ///< null where tiles of all keys are masked
  AttentionGrads grads;
  Value batch, head;
  View keys, values, keysGrad, valuesGrad;         // one head, or one tile of a list
  View queries, outputGrad, queriesT, outputGradT; // one block of queries
  View queriesGrad, delta, lse;                    // rowsAtOnce() queries
  Value origin;                                    // the row of the block's first query in these
  View weights, scoreGrads;                        // one tile

  BackwardEmitter(KernelBuilder &b, AttentionFrame &frame, KeyLists *lists, AttentionGrads grads,
                  Value batch)
      : b(b), frame(frame), lists(lists), grads(grads), batch(batch) {}

  void allocate() {
    Type f32 = b.getF32Type();
    int64_t depth = frame.padded(frame.op().depth),
            valueDepth = frame.padded(frame.op().valueDepth);
    int64_t rows = lists ? frame.keyTile() : frame.paddedKeys(),
            tile = llvm::alignTo(frame.keyTile(), 64);
    keys = b.scratch(f32, {rows, depth}), values = b.scratch(f32, {rows, valueDepth});
    keysGrad = b.scratch(f32, {rows, depth}), valuesGrad = b.scratch(f32, {rows, valueDepth});
    queries = b.scratch(f32, {kQueryBlock, depth}),
    outputGrad = b.scratch(f32, {kQueryBlock, valueDepth});
    queriesT = b.scratch(f32, {depth, kQueryBlock}),
    outputGradT = b.scratch(f32, {valueDepth, kQueryBlock});
    queriesGrad = b.scratch(f32, {rowsAtOnce(), depth});
    weights = b.scratch(f32, {tile, kQueryBlock}), scoreGrads = b.scratch(f32, {tile, kQueryBlock});
    delta = b.scratch(f32, {rowsAtOnce()}), lse = b.scratch(f32, {rowsAtOnce()});
  }

  int64_t rowsAtOnce() const { return lists ? KeyLists::kQueries : kQueryBlock; }

  void clear(const View &view) {
    b.loop(0, view.elements(), b.lanes(), [&](Value at) { b.storeVector(b.splat(0.0), view, at); });
  }

  /// delta = sum_d o do, and the log-sum-exp, of the queries from `first` on; 0 beyond the end.
  void statistics(Value first) {
    View output = b.view(grads.output), upstream = b.view(grads.grad), source = b.view(grads.lse);
    b.loop(0, rowsAtOnce(), 1, [&](Value row) {
      b.store(b.f32(0), delta, row);
      b.store(b.f32(0), lse, row);
      Value t = b.add(row, first);
      b.when(b.less(t, b.index(frame.op().queries)), [&] {
        b.store(b.load(source, {batch, head, t}), lse, row);
        Value start = b.linear(output, {batch, t, head, b.index(0)}),
              gradStart = b.linear(upstream, {batch, t, head, b.index(0)});
        auto sum = b.columns(frame.op().valueDepth, b.splat(0.0),
                             [&](Value d, Value mask, ValueRange carried) {
                               Value o = b.loadVector(output, b.add(start, d), mask),
                                     g = b.loadVector(upstream, b.add(gradStart, d), mask);
                               return KernelBuilder::Carried{b.fma(o, g, carried[0])};
                             });
        b.store(b.sumLanes(sum[0]), delta, row);
      });
    });
  }

  /// What the score body makes of lanes of scores. It takes lanes away from `seen`, which may be
  /// null, that it scores -inf, and queries beyond the last: those score anything.
  RevisedScores revise(Value score, Value first, Value column, Value s, Value &seen) {
    RevisedScores revised = frame.revise(score, head, first, column, s);
    Value stays = isScore(b, revised.score);
    if (frame.op().queries % kQueryBlock != 0) {
      Value left = b.sub(b.index(frame.op().queries), b.add(first, column));
      stays = arith::AndIOp::create(b, stays, b.maskBelow(b.max(left, b.index(0))));
    }
    seen = seen ? Value(arith::AndIOp::create(b, seen, stays)) : stays;
    return revised;
  }

  /// weights: scores -> dropped probabilities; scoreGrads: dP -> scale dS. Lanes of queries from
  /// first + column on, key `s` of a tile from `from` on; `seen` and `factor` may be null.
  void softmaxGradOf(Value first, Value column, Value from, Value s, Value seen, Value factor) {
    Value own = b.add(origin, column), shift = b.loadVector(lse, own),
          mean = b.loadVector(delta, own), at = b.add(b.rowStart(weights, b.sub(s, from)), column);
    RevisedScores z{b.loadVector(weights, at), {}};
    if (frame.op().scoreBody)
      z = revise(z.score, first, column, s, seen);
    Value p = b.exp(arith::SubFOp::create(b, z.score, shift));
    if (seen)
      p = arith::SelectOp::create(b, seen, p, b.splat(0.0));
    Value dp = b.loadVector(scoreGrads, at), kept = p;
    if (factor) {
      kept = arith::MulFOp::create(b, p, factor);
      dp = arith::MulFOp::create(b, dp, factor);
    }
    Value ds = arith::MulFOp::create(b, p, arith::SubFOp::create(b, dp, mean));
    ds = arith::MulFOp::create(b, ds, b.splat(frame.op().scale));
    if (z.slope)
      ds = arith::MulFOp::create(b, ds, z.slope);
    if (seen)
      ds = arith::SelectOp::create(b, seen, ds, b.splat(0.0));
    b.storeVector(kept, weights, at);
    b.storeVector(ds, scoreGrads, at);
  }

  /// Keys [from, to) and the rows that round up.
  void softmaxGrad(Value first, Value from, Value to) {
    b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
      Value query = b.add(first, column), limit = frame.reach(query, b.lanes(), from, to);
      // Dropout draws for groups of keys from `from` on, which may reach past the limit.
      bool drops = frame.op().dropout != 0;
      Value masked = drops ? from : frame.firstMasked(query, from, limit);
      b.loop(from, masked, 1, [&](Value s) { softmaxGradOf(first, column, from, s, {}, {}); });
      frame.forKeys(batch, head, first, column, masked, limit, {},
                    [&](Value s, Value factor, ValueRange) {
                      Value seen = frame.sees(batch, first, column, s);
                      if (drops)
                        seen = arith::AndIOp::create(b, seen, b.splat(b.less(s, limit)));
                      softmaxGradOf(first, column, from, s, seen, factor);
                      return KernelBuilder::Carried{};
                    });
      // Rows that only round the tile up take part in the products below as zeros.
      Value end = b.mul(b.div(b.add(b.sub(to, from), frame.tile().rows - 1), frame.tile().rows),
                        frame.tile().rows);
      b.loop(b.sub(to, from), end, 1, [&](Value row) {
        Value at = b.add(b.rowStart(weights, row), column);
        b.storeVector(b.splat(0.0), weights, at);
        b.storeVector(b.splat(0.0), scoreGrads, at);
      });
    });
  }

  /// Keys [from, to) of the rows in `keys` and `values`.
  void tile(Value first, Value from, Value to) {
    Value count = b.sub(to, from), all = b.index(kQueryBlock), zero = b.index(0);
    frame.scores(keys, queriesT, first, from, to, weights);
    frame.scores(values, outputGradT, first, from, to, scoreGrads);
    softmaxGrad(first, from, to);
    auto keysOf = [&](Value row) { return frame.keysOf(b.add(first, row), from, to); };
    auto queriesOf = [&](Value row) { return frame.queriesOf(first, b.add(from, row)); };
    frame.accumulate(weights, kQueryBlock, 1, count, outputGrad, queriesOf, zero, valuesGrad, from);
    frame.accumulate(scoreGrads, kQueryBlock, 1, count, queries, queriesOf, zero, keysGrad, from);
    frame.accumulate(scoreGrads, 1, kQueryBlock, all, keys, keysOf, from, queriesGrad, origin);
  }

  void allTiles(Value first) {
    Value limit = frame.keyLimit(first);
    b.loop(b.index(0), limit, frame.keyTile(),
           [&](Value from) { tile(first, from, b.min(b.add(from, frame.keyTile()), limit)); });
  }

  /// The keys that each query up to `end` has to itself.
  void ownKeys(Value first, Value end) {
    const AttentionOperands &op = frame.op();
    HeadRows rows(b, op);
    View upstream = b.view(grads.grad);
    lists->forOwn(
        batch, first, end, keysAtOnce(op, /*isBackward=*/true),
        [&](Value t, const KeyLists::Own &list) {
          Value row = b.sub(t, first);
          GatheredQuery(b, op, batch, head, t, list)
              .attendGrad({.upstream = {upstream, b.linear(upstream, {batch, t, head, b.index(0)})},
                           .queryGrad = {queriesGrad, b.rowStart(queriesGrad, row)},
                           .keysGrad = rows.keysGrad(grads.keysGrad),
                           .valuesGrad = rows.valuesGrad(grads.valuesGrad),
                           .lse = b.load(lse, row),
                           .delta = b.load(delta, row)});
        });
  }

  /// The keys that the block shares.
  void sharedTiles(Value first) {
    const AttentionOperands &op = frame.op();
    HeadRows rows(b, op);
    View keyRows = rows.keysGrad(grads.keysGrad), valueRows = rows.valuesGrad(grads.valuesGrad);
    auto [list, count] = lists->shared(batch, first);
    Value zero = b.index(0), keyHead = b.div(head, op.heads / op.keyHeads);
    b.loop(zero, count, frame.keyTile(), [&](Value from) {
      Value listed = b.min(b.index(frame.keyTile()), b.sub(count, from));
      frame.useList({list.keys, list.words, b.add(list.first, from)});
      frame.copyListed(rows.keys(), batch, keyHead, listed, keys);
      frame.copyListed(rows.values(), batch, keyHead, listed, values);
      clear(keysGrad);
      clear(valuesGrad);
      tile(first, zero, listed);
      frame.addListed(keysGrad, batch, keyHead, listed, keyRows);
      frame.addListed(valuesGrad, batch, keyHead, listed, valueRows);
    });
  }

  void block(Value first) {
    const AttentionOperands &op = frame.op();
    frame.copyQueries(op.query, batch, head, first, queries);
    frame.copyQueries(grads.grad, batch, head, first, outputGrad);
    frame.transposeQueries(queries, queriesT, op.scale);
    frame.transposeQueries(outputGrad, outputGradT, 1.0);
    if (lists)
      sharedTiles(first);
    else
      allTiles(first);
  }

  /// rowsAtOnce() queries from `first` on.
  void queriesFrom(Value first) {
    Value end = b.min(b.add(first, rowsAtOnce()), b.index(frame.op().queries));
    clear(queriesGrad);
    statistics(first);
    if (lists)
      ownKeys(first, end);
    b.loop(first, end, kQueryBlock, [&](Value from) {
      origin = b.sub(from, first);
      block(from);
    });
    copyOut(queriesGrad, b.resultOrWorkspace(grads.queryGrad, 1), head, first, end);
  }

  /// Copies keys and values of one head, and begins their gradients.
  void copyHeads(Value keyHead) {
    frame.copyHead(frame.op().keys, batch, keyHead, keys);
    frame.copyHead(frame.op().values, batch, keyHead, values);
    clear(keysGrad);
    clear(valuesGrad);
  }

  /// Begins the gradients of one head where rows are added to them as they are listed.
  void clearRows(Value keyHead) {
    HeadRows rows(b, frame.op());
    for (const View &view : {rows.keysGrad(grads.keysGrad), rows.valuesGrad(grads.valuesGrad)})
      b.loop(0, frame.op().keyCount, 1, [&](Value s) {
        Value start = b.linear(view, {batch, s, keyHead, b.index(0)});
        b.columns(view.columns(), [&](Value d, Value mask) {
          b.storeVector(b.splat(0.0), view, b.add(start, d), mask);
        });
      });
  }

  void finish(Value keyHead) {
    Value zero = b.index(0), rows = b.index(frame.op().keyCount);
    copyOut(keysGrad, b.resultOrWorkspace(grads.keysGrad, 2), keyHead, zero, rows);
    copyOut(valuesGrad, b.resultOrWorkspace(grads.valuesGrad, 3), keyHead, zero, rows);
  }

  /// Rows [from, to) of one head of `to`; row 0 of `source` is row `from`.
  void copyOut(const View &source, const View &target, Value head, Value from, Value to) {
    b.loop(from, to, 1, [&](Value row) {
      Value start = b.rowStart(source, b.sub(row, from)),
            at = b.linear(target, {batch, row, head, b.index(0)});
      b.columns(target.columns(), [&](Value d, Value mask) {
        b.storeVector(b.loadVector(source, b.add(start, d)), target, b.add(at, d), mask);
      });
    });
  }
};

AttentionGrads gradOperands(Operation *op) {
  auto of = [](auto grad) {
    return AttentionGrads{grad.getGrad(),      grad.getOutput(),   grad.getLse(),
                          grad.getQueryGrad(), grad.getKeysGrad(), grad.getValuesGrad()};
  };
  if (auto sparse = dyn_cast<SparseAttentionGradOp>(op))
    return of(sparse);
  return of(cast<AttentionGradOp>(op));
}

} // namespace

LogicalResult emitAttentionGrad(KernelBuilder &b, Operation *anchor) {
  AttentionFrame frame(b, AttentionOperands::of(anchor));
  const AttentionOperands &op = frame.op();
  AttentionGrads grads = gradOperands(anchor);
  int64_t group = op.heads / op.keyHeads;
  KeyLists lists(b, op);
  HeadRows rows(b, op);
  bool listed = prefersGather(op);
  if (listed) {
    lists.phase();
    rows.gather();
  } else if (op.indices) {
    frame.selectionPhase();
  }
  b.phase(op.batches * op.keyHeads, [&](Value item) {
    BackwardEmitter emitter(b, frame, listed ? &lists : nullptr, grads, b.div(item, op.keyHeads));
    Value keyHead = b.rem(item, op.keyHeads);
    emitter.allocate();
    if (listed)
      emitter.clearRows(keyHead);
    else
      emitter.copyHeads(keyHead);
    b.loop(0, group, 1, [&](Value member) {
      emitter.head = b.add(b.mul(keyHead, group), member);
      b.loop(0, op.queries, emitter.rowsAtOnce(), [&](Value first) { emitter.queriesFrom(first); });
    });
    if (!listed)
      emitter.finish(keyHead);
  });
  if (listed)
    rows.scatter(grads.keysGrad, grads.valuesGrad);
  return success();
}

} // namespace dsa::cpu
