// The indexer's loss: the attention of all heads against the softmax of the scores, row by row.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/GatheredProduct.h"
#include "codegen/cpu/SupportRows.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Shares below the smallest normal number count as zero: their logarithm is not to be trusted.
constexpr double kSmallestShare = 1.2e-38;

/// Emits the forward op for blocks of queries.
struct KlEmitter {
  KernelBuilder &b;
  IndexKlOp op;
  AttentionFrame frame;
  SupportRows rows;
  View queries = {}, transposed = {}, shift = {}, weights = {}, turned = {}, products = {};

  KlEmitter(KernelBuilder &b, IndexKlOp op)
      : b(b), op(op), frame(b, operandsOf(op)), rows(SupportRows::of(b, op)) {}

  static AttentionOperands operandsOf(IndexKlOp op) {
    AttentionOperands result;
    result.query = op.getQuery(), result.keys = result.values = op.getKeys();
    result.indices = op.getIndices(), result.offset = op.getQueryOffset();
    result.causal = op.getCausal(), result.scale = op.getScale().convertToDouble();
    ArrayRef<int64_t> q = op.getQuery().getType().getShape(), k = op.getKeys().getType().getShape();
    result.batches = q[0], result.queries = q[1], result.heads = q[2], result.depth = q[3];
    result.keyCount = k[1], result.keyHeads = k[2], result.valueDepth = k[3];
    return result;
  }

  /// Rows of keys of the tile of weights: whole register tiles and whole vectors.
  int64_t weightRows() const {
    return llvm::alignTo(frame.op().keyCount, std::max(frame.tile().rows, b.lanes()));
  }

  void allocateBlock() {
    Type f32 = b.getF32Type();
    int64_t depth = frame.padded(frame.op().depth);
    queries = b.scratch(f32, {kQueryBlock, depth});
    transposed = b.scratch(f32, {depth, kQueryBlock});
    shift = b.scratch(f32, {kQueryBlock});
    weights = b.scratch(f32, {weightRows(), kQueryBlock});
    turned = b.scratch(f32, {kQueryBlock, weightRows()});
  }

  /// weights[s][i] += exp(scale q . k - lse) of one head for the queries from `first` on.
  void addHead(Value batch, Value head, Value first, Value limit) {
    View keys = b.view(op.getKeys()), lse = b.view(op.getLse());
    frame.copyQueries(op.getQuery(), batch, head, first, queries);
    frame.transposeQueries(queries, transposed, frame.op().scale);
    b.loop(0, kQueryBlock, 1, [&](Value row) {
      Value t = b.min(b.add(row, first), b.index(frame.op().queries - 1));
      b.store(b.load(lse, {batch, head, t}), shift, row);
    });
    TileShape tile = frame.tile();
    Value last = b.index(frame.op().keyCount - 1), keyHead = b.div(head, groupSize());
    b.loop(b.index(0), limit, tile.rows, [&](Value s) {
      TileLeft left{keys, {}, 1};
      for (int64_t row = 0; row < tile.rows; ++row)
        left.first.push_back(
            b.linear(keys, {batch, b.min(b.add(s, row), last), keyHead, b.index(0)}));
      b.loop(0, kQueryBlock, tile.vectors * b.lanes(), [&](Value column) {
        TileRight right{transposed, column, kQueryBlock};
        auto sums = multiplyTile(b, tile, left, right, b.index(frame.op().depth), frame.op().depth,
                                 zeroTile(b, tile));
        Value at = b.add(b.rowStart(weights, s), column);
        auto total = loadTile(b, tile, weights, at, kQueryBlock);
        for (auto [number, sum] : llvm::enumerate(sums)) {
          int64_t vector = static_cast<int64_t>(number) % tile.vectors;
          Value lses = b.loadVector(shift, b.add(column, vector * b.lanes()));
          Value weight = b.exp(arith::SubFOp::create(b, sum, lses));
          total[number] = arith::AddFOp::create(b, total[number], weight);
        }
        storeTile(b, tile, total, weights, at, kQueryBlock);
      });
    });
  }

  int64_t groupSize() const { return frame.op().heads / frame.op().keyHeads; }

  /// turned[i][s] = weights[s][i].
  void turnWeights() {
    b.loop(0, weightRows(), b.lanes(), [&](Value s) {
      b.loop(0, kQueryBlock, b.lanes(), [&](Value column) {
        SmallVector<Value> block;
        for (int64_t lane = 0; lane < b.lanes(); ++lane)
          block.push_back(
              b.loadVector(weights, b.add(b.rowStart(weights, b.add(s, lane)), column)));
        for (auto [lane, vector] : llvm::enumerate(transpose(b, block)))
          b.storeVector(vector, turned,
                        b.add(b.rowStart(turned, b.add(column, static_cast<int64_t>(lane))), s));
      });
    });
  }

  /// All queries of one block, by dense tiles over every key that one of them may see.
  void denseBlock(Value batch, Value first) {
    allocateBlock();
    rows.allocate();
    b.loop(0, weights.elements(), b.lanes(),
           [&](Value at) { b.storeVector(b.splat(0.0), weights, at); });
    Value limit = frame.keyLimit(first);
    b.loop(0, frame.op().heads, 1, [&](Value head) { addHead(batch, head, first, limit); });
    turnWeights();
    Value end = b.min(b.add(first, kQueryBlock), b.index(rows.queries));
    b.loop(first, end, 1, [&](Value t) {
      Value own = b.rowStart(turned, b.sub(t, first));
      if (rows.indices)
        rows.readSelected(batch, t,
                          [&](Value, Value s) { return b.loadAt(turned, b.add(own, s)); });
      else
        rows.readKeys(batch, t,
                      [&](Value s, Value) { return b.loadVector(turned, b.add(own, s)); });
      finishRow(batch, t);
    });
  }

  /// scale q . k - lse of one head and one key.
  Value shiftedProduct(Value batch, Value t, Value head, Value s) {
    View query = b.view(op.getQuery()), keys = b.view(op.getKeys());
    Value q = b.linear(query, {batch, t, head, b.index(0)});
    Value k = b.linear(keys, {batch, s, b.div(head, groupSize()), b.index(0)});
    auto sums =
        b.columns(frame.op().depth, b.splat(0.0), [&](Value d, Value mask, ValueRange carried) {
          return KernelBuilder::Carried{b.fma(b.loadVector(query, b.add(q, d), mask),
                                              b.loadVector(keys, b.add(k, d), mask), carried[0])};
        });
    Value product = arith::MulFOp::create(b, b.sumLanes(sums[0]), b.f32(frame.op().scale));
    return arith::SubFOp::create(b, product, b.load(b.view(op.getLse()), {batch, head, t}));
  }

  /// One query that reads its selected keys only.
  void gatheredRow(Value batch, Value t) {
    int64_t heads = frame.op().heads;
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
    View target = b.resultOrWorkspace(op.getTarget(), 2);
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
  if (prefersGather(emitter.frame.op())) {
    b.phase(rows.batches * rows.queries, [&](Value item) {
      emitter.gatheredRow(b.div(item, rows.queries), b.rem(item, rows.queries));
    });
  } else {
    int64_t blocks = emitter.frame.op().blocks();
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
