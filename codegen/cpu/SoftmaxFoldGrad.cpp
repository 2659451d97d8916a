// Attention backward: probabilities recomputed from the log-sum-exp, five products a tile, private
// sums a head.
#include "codegen/cpu/Copy.h"
#include "codegen/cpu/Families.h"
#include "codegen/cpu/GatheredProduct.h"
#include "codegen/cpu/KeyAccess.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Emits all queries of one head.
struct BackwardEmitter {
  KernelBuilder &b;
  AttentionFrame &frame;
  KeyAccess access;
  AttentionGrads grads;
  View keys, values, keysGrad, valuesGrad;         // one head, or one tile of a list
  View queries, outputGrad, queriesT, outputGradT; // one block of queries
  View queriesGrad, delta, lse;                    // rowsAtOnce() queries
  Value origin;                                    // the row of the block's first query in these
  View weights, scoreGrads;                        // one tile

  BackwardEmitter(KernelBuilder &b, AttentionFrame &frame, KeyAccess access, AttentionGrads grads)
      : b(b), frame(frame), access(access), grads(grads) {}

  void allocate() {
    Type f32 = b.getF32Type();
    int64_t depth = frame.padded(frame.op().depth),
            valueDepth = frame.padded(frame.op().valueDepth);
    int64_t rows = isListed() ? frame.keyTile() : frame.paddedKeys(),
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

  bool isListed() const { return access != KeyAccess::Tiles; }
  int64_t rowsAtOnce() const {
    return access == KeyAccess::Lists ? KeyLists::kQueries : kQueryBlock;
  }

  /// Zeroes the first `rows` rows.
  void clear(const View &view, Value rows) {
    b.loop(b.index(0), b.mul(rows, view.columns()), b.lanes(),
           [&](Value at) { b.storeVector(b.splat(0.0), view, at); });
  }

  /// delta = sum_d o do, and the log-sum-exp, of the rows; 0 beyond the last.
  void statistics(const QueryRows &rows) {
    View output = b.view(grads.output), upstream = b.view(grads.grad), source = b.view(grads.lse);
    b.loop(0, rowsAtOnce(), b.lanes(), [&](Value row) {
      b.storeVector(b.splat(0.0), delta, row);
      b.storeVector(b.splat(0.0), lse, row);
    });
    b.loop(b.index(0), rows.count, 1, [&](Value row) {
      b.store(b.load(source, {rows.batch, rows.headOf(b, row), rows.queryOf(b, row)}), lse, row);
      Value start = rows.start(b, output, row), gradStart = rows.start(b, upstream, row);
      auto sum = b.columns(frame.op().valueDepth, b.splat(0.0),
                           [&](Value d, Value mask, ValueRange carried) {
                             Value o = b.loadVector(output, b.add(start, d), mask),
                                   g = b.loadVector(upstream, b.add(gradStart, d), mask);
                             return KernelBuilder::Carried{b.fma(o, g, carried[0])};
                           });
      b.store(b.sumLanes(sum[0]), delta, row);
    });
  }

  /// What the score body makes of lanes of scores. It takes lanes away from `seen`, which may be
  /// null, that it scores -inf, and queries beyond the last: those score anything.
  RevisedScores revise(Value score, const QueryRows &rows, Value column, Value s, Value &seen) {
    RevisedScores revised = frame.revise(score, rows, column, s);
    Value stays = isScore(b, revised.score);
    if (frame.isRagged(rows))
      stays = arith::AndIOp::create(b, stays, b.maskBelow(rows.countFrom(b, column)));
    seen = seen ? Value(arith::AndIOp::create(b, seen, stays)) : stays;
    return revised;
  }

  /// weights: scores -> dropped probabilities; scoreGrads: dP -> scale dS. Lanes of queries from
  /// first + column on, key `s` of a tile from `from` on; `seen` and `factor` may be null.
  void softmaxGradOf(const QueryRows &rows, Value column, Value from, Value s, Value seen,
                     Value factor) {
    Value own = b.add(origin, column), shift = b.loadVector(lse, own),
          mean = b.loadVector(delta, own), at = b.add(b.rowStart(weights, b.sub(s, from)), column);
    RevisedScores z{b.loadVector(weights, at), {}};
    if (frame.op().scoreBody)
      z = revise(z.score, rows, column, s, seen);
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
  void softmaxGrad(const QueryRows &rows, Value from, Value to) {
    b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
      Value query = b.add(rows.query, column), limit = frame.reach(query, b.lanes(), from, to);
      // Dropout draws for groups of keys from `from` on, which may reach past the limit.
      bool drops = frame.op().dropout != 0;
      Value masked = drops ? from : frame.firstMasked(query, from, limit);
      b.loop(from, masked, 1, [&](Value s) { softmaxGradOf(rows, column, from, s, {}, {}); });
      frame.forKeys(rows, column, masked, limit, {}, [&](Value s, Value factor, ValueRange) {
        Value seen = frame.sees(rows, column, s);
        if (drops)
          seen = arith::AndIOp::create(b, seen, b.splat(b.less(s, limit)));
        softmaxGradOf(rows, column, from, s, seen, factor);
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
  void tile(const QueryRows &rows, Value from, Value to) {
    Value count = b.sub(to, from), all = b.index(kQueryBlock), zero = b.index(0);
    frame.scores(keys, queriesT, rows.query, from, to, weights);
    frame.scores(values, outputGradT, rows.query, from, to, scoreGrads);
    softmaxGrad(rows, from, to);
    auto keysOf = [&](Value row) { return frame.keysOf(b.add(rows.query, row), from, to); };
    auto queriesOf = [&](Value row) { return frame.queriesOf(rows.query, b.add(from, row)); };
    frame.accumulate(weights, kQueryBlock, 1, count, outputGrad, queriesOf, zero, valuesGrad, from);
    frame.accumulate(scoreGrads, kQueryBlock, 1, count, queries, queriesOf, zero, keysGrad, from);
    frame.accumulate(scoreGrads, 1, kQueryBlock, all, keys, keysOf, from, queriesGrad, origin);
  }

  void allTiles(const QueryRows &rows) {
    Value limit = frame.keyLimit(rows.query);
    b.loop(b.index(0), limit, frame.keyTile(),
           [&](Value from) { tile(rows, from, b.min(b.add(from, frame.keyTile()), limit)); });
  }

  void listedTiles(const QueryRows &rows, Value gradBatch, const ListedKeys &list, Value count) {
    HeadRows from(b, frame.op());
    View keyRows = from.keys(), valueRows = from.values(), keyGrads = from.keysGrad(),
         valueGrads = from.valuesGrad();
    Value keyHead = frame.keyHeadOf(rows);
    frame.forListed(list, count, [&](Value listed) {
      frame.copyListed(keyRows, rows, listed, keys);
      frame.copyListed(valueRows, rows, listed, values);
      clear(keysGrad, listed);
      clear(valuesGrad, listed);
      tile(rows, b.index(0), listed);
      frame.addListed(keysGrad, gradBatch, keyHead, listed, keyGrads);
      frame.addListed(valuesGrad, gradBatch, keyHead, listed, valueGrads);
    });
  }

  /// The keys that each of the rows has to itself.
  void ownKeys(const QueryRows &rows, Value gradBatch) {
    const AttentionOperands &op = frame.op();
    View upstream = b.view(grads.grad);
    KeyLists(b, op).forOwn(
        rows, keysAtOnce(op, /*isBackward=*/true), [&](Value row, const KeyLists::Own &list) {
          GatheredQuery(b, op, rows, row, list)
              .attendGrad({.upstream = {upstream, rows.start(b, upstream, row)},
                           .queryGrad = {queriesGrad, b.rowStart(queriesGrad, row)},
                           .gradBatch = gradBatch,
                           .lse = b.load(lse, row),
                           .delta = b.load(delta, row)});
        });
  }

  void begin(const QueryRows &rows) {
    clear(queriesGrad, b.index(rowsAtOnce()));
    statistics(rows);
  }

  void loadQueries(const QueryRows &rows) {
    const AttentionOperands &op = frame.op();
    frame.copyQueries(op.query, rows, queries);
    frame.copyQueries(grads.grad, rows, outputGrad);
    frame.transposeQueries(queries, queriesT, op.scale);
    frame.transposeQueries(outputGrad, outputGradT, 1.0);
  }

  void finishQueries(const QueryRows &rows) {
    View target = b.resultOrWorkspace(grads.queryGrad, 1);
    b.loop(b.index(0), rows.count, 1, [&](Value row) {
      copyRow(b, queriesGrad, b.rowStart(queriesGrad, row), target, rows.start(b, target, row));
    });
  }

  /// rowsAtOnce() queries of one head; `gradBatch` is where lists add to gradients.
  void queriesFrom(const QueryRows &all, Value gradBatch) {
    begin(all);
    if (isListed())
      ownKeys(all, gradBatch);
    b.loop(b.index(0), all.count, kQueryBlock, [&](Value row) {
      QueryRows rows = all.block(b, row);
      origin = row;
      loadQueries(rows);
      if (!isListed())
        return allTiles(rows);
      auto [list, count] = KeyLists(b, frame.op()).shared(rows.batch, rows.query);
      listedTiles(rows, gradBatch, list, count);
    });
    finishQueries(all);
  }

  /// One query of up to 32 heads that share a head of keys.
  void headsFrom(const QueryRows &rows, Value gradBatch) {
    begin(rows);
    origin = b.index(0);
    loadQueries(rows);
    auto list = KeyLists(b, frame.op()).own(rows.batch, rows.query);
    listedTiles(rows, gradBatch, {list.keys, {}, list.first}, list.count);
    finishQueries(rows);
  }

  /// Copies keys and values of one head, and begins their gradients.
  void beginHead(Value batch, Value keyHead) {
    frame.copyHead(frame.op().keys, batch, keyHead, keys);
    frame.copyHead(frame.op().values, batch, keyHead, values);
    clear(keysGrad, b.index(frame.paddedKeys()));
    clear(valuesGrad, b.index(frame.paddedKeys()));
  }

  void finishHead(Value batch, Value keyHead) {
    auto copyOut = [&](const View &source, const View &target) {
      b.loop(0, frame.op().keyCount, 1, [&](Value s) {
        copyRow(b, source, b.rowStart(source, s), target,
                b.linear(target, {batch, s, keyHead, b.index(0)}));
      });
    };
    copyOut(keysGrad, b.resultOrWorkspace(grads.keysGrad, 2));
    copyOut(valuesGrad, b.resultOrWorkspace(grads.valuesGrad, 3));
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

/// All queries of the heads that share one head of keys: tiles of all keys.
void emitTiles(KernelBuilder &b, AttentionFrame &frame, const AttentionGrads &grads) {
  const AttentionOperands &op = frame.op();
  int64_t group = op.heads / op.keyHeads;
  b.phase(op.batches * op.keyHeads, [&](Value item) {
    BackwardEmitter emitter(b, frame, KeyAccess::Tiles, grads);
    Value batch = b.div(item, op.keyHeads), keyHead = b.rem(item, op.keyHeads);
    emitter.allocate();
    emitter.beginHead(batch, keyHead);
    b.loop(0, group, 1, [&](Value member) {
      Value head = b.add(b.mul(keyHead, group), member);
      b.loop(0, op.queries, kQueryBlock, [&](Value first) {
        emitter.queriesFrom(QueryRows::ofHead(b, batch, head, first, kQueryBlock, op.queries), {});
      });
    });
    emitter.finishHead(batch, keyHead);
  });
}

/// One part of the queries of these heads: lists.
void emitParts(KernelBuilder &b, AttentionFrame &frame, KeyAccess access,
               const AttentionGrads &grads) {
  const AttentionOperands &op = frame.op();
  int64_t group = op.heads / op.keyHeads, atOnce = KeyLists::kQueries;
  HeadRows rows(b, op);
  int64_t parts = rows.gradParts();
  b.phase(op.batches * op.keyHeads * parts, [&](Value item) {
    BackwardEmitter emitter(b, frame, access, grads);
    Value row = b.div(item, parts), part = b.rem(item, parts);
    Value batch = b.div(row, op.keyHeads), keyHead = b.rem(row, op.keyHeads);
    Value gradBatch = rows.gradBatch(batch, part), groupHead = b.mul(keyHead, group);
    emitter.allocate();
    rows.clearGrads(gradBatch, keyHead);
    b.loop(b.mul(part, atOnce), b.index(op.queries), parts * atOnce, [&](Value first) {
      if (access == KeyAccess::Lists)
        return b.loop(0, group, 1, [&](Value member) {
          emitter.queriesFrom(
              QueryRows::ofHead(b, batch, b.add(groupHead, member), first, atOnce, op.queries),
              gradBatch);
        });
      b.loop(first, b.min(b.add(first, atOnce), b.index(op.queries)), 1, [&](Value query) {
        b.loop(0, group, kQueryBlock, [&](Value head) {
          emitter.headsFrom(QueryRows::ofQuery(b, batch, query, groupHead, head, group), gradBatch);
        });
      });
    });
  });
  rows.scatter(grads);
}

} // namespace

LogicalResult emitAttentionGrad(KernelBuilder &b, Operation *anchor) {
  AttentionFrame frame(b, AttentionOperands::of(anchor));
  KeyAccess access = prepareKeys(b, frame);
  if (access == KeyAccess::Tiles)
    emitTiles(b, frame, gradOperands(anchor));
  else
    emitParts(b, frame, access, gradOperands(anchor));
  return success();
}

} // namespace dsa::cpu
