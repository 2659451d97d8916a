// Attention forward: an online softmax over tiles of keys, times the values, for all or for
// selected keys.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/GatheredProduct.h"
#include "codegen/cpu/KeyAccess.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Emits blocks of rows of queries: of one head, or across heads.
struct ForwardEmitter {
  KernelBuilder &b;
  AttentionFrame &frame;
  KeyAccess access;
  Value result, lse;
  View keys{}, values{};                  // of one head, or of one tile of a list
  View queries{}, transposed{}, scores{}; // of one block of queries
  View output{}, top{}, sum{};            // of rowsAtOnce() queries
  Value origin{};                         // the row of the block's first query in these

  bool isListed() const { return access != KeyAccess::Tiles; }
  int64_t rowsAtOnce() const {
    return access == KeyAccess::Lists ? KeyLists::kQueries : kQueryBlock;
  }

  void allocate() {
    Type f32 = b.getF32Type();
    const AttentionOperands &op = frame.op();
    int64_t depth = frame.padded(op.depth), valueDepth = frame.padded(op.valueDepth);
    int64_t rows = isListed() ? frame.keyTile() : frame.paddedKeys();
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
  void softmax(const QueryRows &rows, Value from, Value to) {
    b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
      auto at = [&](Value s) { return b.add(b.rowStart(scores, b.sub(s, from)), column); };
      Value row = b.add(origin, column), old = b.loadVector(top, row),
            query = b.add(rows.query, column);
      Value limit = frame.reach(query, b.lanes(), from, to);
      Value masked = frame.firstMasked(query, from, limit);
      auto scoreOf = [&](Value s) {
        Value score = b.loadVector(scores, at(s));
        return frame.op().scoreBody ? frame.revise(score, rows, column, s).score : score;
      };
      auto best = b.loop(from, masked, 1, old, [&](Value s, ValueRange carried) {
        Value score = scoreOf(s);
        if (frame.op().scoreBody)
          b.storeVector(score, scores, at(s));
        return KernelBuilder::Carried{b.larger(carried[0], score)};
      });
      best = b.loop(masked, limit, 1, best, [&](Value s, ValueRange carried) {
        Value seen = frame.sees(rows, column, s);
        Value score = arith::SelectOp::create(b, seen, scoreOf(s), b.splat(kNoScore));
        b.storeVector(score, scores, at(s));
        return KernelBuilder::Carried{b.larger(carried[0], score)};
      });
      Value shrink = b.exp(arith::SubFOp::create(b, old, best[0]));
      Value start = arith::MulFOp::create(b, b.loadVector(sum, row), shrink);
      auto total = frame.forKeys(
          rows, column, from, limit, start, [&](Value s, Value factor, ValueRange carried) {
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
      if (isListed() || frame.op().keyCount > frame.keyTile())
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

  void finish(const QueryRows &rows) {
    View o = b.resultOrWorkspace(result, 1), statistics = b.resultOrWorkspace(lse, 2);
    b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
      Value row = b.add(origin, column), total = b.loadVector(sum, row);
      Value some = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, total, b.splat(0.0));
      Value safe = arith::SelectOp::create(b, some, total, b.splat(1.0));
      Value log = arith::AddFOp::create(b, b.loadVector(top, row), b.log(safe));
      b.storeVector(arith::SelectOp::create(b, some, log, b.splat(kNoScore)), top, row);
      b.storeVector(arith::DivFOp::create(b, b.splat(1.0), safe), sum, row);
    });
    b.loop(b.index(0), rows.count, 1, [&](Value number) {
      Value row = b.add(origin, number), factor = b.splat(b.load(sum, row));
      b.store(b.load(top, row), statistics,
              {rows.batch, rows.headOf(b, number), rows.queryOf(b, number)});
      Value source = b.rowStart(output, row), target = rows.start(b, o, number);
      b.columns(frame.op().valueDepth, [&](Value d, Value mask) {
        Value v = b.loadVector(output, b.add(source, d));
        b.storeVector(arith::MulFOp::create(b, v, factor), o, b.add(target, d), mask);
      });
    });
  }

  /// Keys [from, to) of the rows in `keys` and `values`.
  void tile(const QueryRows &rows, Value from, Value to) {
    frame.scores(keys, transposed, rows.query, from, to, scores);
    softmax(rows, from, to);
    auto keysOf = [&](Value row) { return frame.keysOf(b.add(rows.query, row), from, to); };
    frame.accumulate(scores, 1, kQueryBlock, b.index(kQueryBlock), values, keysOf, from, output,
                     origin);
  }

  void allTiles(const QueryRows &rows) {
    Value limit = frame.keyLimit(rows.query);
    b.loop(b.index(0), limit, frame.keyTile(),
           [&](Value from) { tile(rows, from, b.min(b.add(from, frame.keyTile()), limit)); });
  }

  void listedTiles(const QueryRows &rows, const ListedKeys &list, Value count) {
    HeadRows from(b, frame.op());
    View keyRows = from.keys(), valueRows = from.values();
    frame.forListed(list, count, [&](Value listed) {
      frame.copyListed(keyRows, rows, listed, keys);
      frame.copyListed(valueRows, rows, listed, values);
      tile(rows, b.index(0), listed);
    });
  }

  void begin() {
    b.loop(0, rowsAtOnce(), b.lanes(), [&](Value row) {
      b.storeVector(b.splat(kLowestScore), top, row);
      b.storeVector(b.splat(0.0), sum, row);
    });
    b.loop(0, output.elements(), b.lanes(),
           [&](Value at) { b.storeVector(b.splat(0.0), output, at); });
  }

  void loadQueries(const QueryRows &rows) {
    frame.copyQueries(frame.op().query, rows, queries);
    frame.transposeQueries(queries, transposed, frame.op().scale);
  }

  /// The keys that each of the rows has to itself.
  void ownKeys(const QueryRows &rows) {
    const AttentionOperands &op = frame.op();
    KeyLists(b, op).forOwn(rows, keysAtOnce(op, /*isBackward=*/false),
                           [&](Value row, const KeyLists::Own &list) {
                             GatheredQuery(b, op, rows, row, list).attend({top, sum, output, row});
                           });
  }

  /// rowsAtOnce() queries of one head.
  void queriesFrom(const QueryRows &all) {
    begin();
    if (isListed())
      ownKeys(all);
    b.loop(b.index(0), all.count, kQueryBlock, [&](Value row) {
      QueryRows rows = all.block(b, row);
      origin = row;
      loadQueries(rows);
      if (isListed()) {
        auto [list, count] = KeyLists(b, frame.op()).shared(rows.batch, rows.query);
        listedTiles(rows, list, count);
      } else {
        allTiles(rows);
      }
      finish(rows);
    });
  }

  /// One query of up to 32 heads that share a head of keys.
  void headsFrom(const QueryRows &rows) {
    begin();
    origin = b.index(0);
    loadQueries(rows);
    auto list = KeyLists(b, frame.op()).own(rows.batch, rows.query);
    listedTiles(rows, {list.keys, {}, list.first}, list.count);
    finish(rows);
  }
};

} // namespace

LogicalResult emitAttention(KernelBuilder &b, Operation *anchor) {
  AttentionFrame frame(b, AttentionOperands::of(anchor));
  const AttentionOperands &op = frame.op();
  KeyAccess access = prepareKeys(b, frame);
  int64_t group = op.heads / op.keyHeads;
  auto emitter = [&] {
    ForwardEmitter emitter{b, frame, access, anchor->getResult(0), anchor->getResult(1)};
    emitter.allocate();
    return emitter;
  };
  if (access == KeyAccess::HeadTiles) {
    int64_t blocks = llvm::divideCeil(group, kQueryBlock);
    b.phase(op.batches * op.queries * op.keyHeads * blocks, [&](Value item) {
      Value query = b.div(item, op.keyHeads * blocks), number = b.rem(item, op.keyHeads * blocks);
      emitter().headsFrom(QueryRows::ofQuery(b, b.div(query, op.queries), b.rem(query, op.queries),
                                             b.mul(b.div(number, blocks), group),
                                             b.mul(b.rem(number, blocks), kQueryBlock), group));
    });
    return success();
  }
  // With lists nothing is copied for a whole head, so that some of its queries are work enough.
  bool isListed = access == KeyAccess::Lists;
  int64_t parts = isListed ? llvm::divideCeil(op.queries, KeyLists::kQueries) : 1;
  b.phase(op.batches * op.heads * parts, [&](Value item) {
    Value row = b.div(item, parts), batch = b.div(row, op.heads), head = b.rem(row, op.heads);
    ForwardEmitter part = emitter();
    auto from = [&](Value first) {
      part.queriesFrom(QueryRows::ofHead(b, batch, head, first, part.rowsAtOnce(), op.queries));
    };
    if (isListed)
      return from(b.mul(b.rem(item, parts), KeyLists::kQueries));
    Value keyHead = b.div(head, group);
    frame.copyHead(op.keys, batch, keyHead, part.keys);
    frame.copyHead(op.values, batch, keyHead, part.values);
    b.loop(0, op.queries, kQueryBlock, from);
  });
  return success();
}

} // namespace dsa::cpu
