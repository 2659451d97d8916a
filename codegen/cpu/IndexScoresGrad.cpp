// The gradients of the lightning indexer's scores, for all keys or for those of an index loss.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/IndexScores.h"
#include "codegen/cpu/KlFoldGrad.h"
#include "dialect/Shapes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Blocks of queries of all sequences together whose sums for keys are apart, and queries that one
/// should have at least. What a sum is made of depends on shapes alone.
constexpr int64_t kBlocks = 8, kLeastQueries = 64;

/// Emits the op; the gradient of the scores is an operand, or is made row by row by `loss`.
struct IndexScoresGradEmitter {
  KernelBuilder &b;
  IndexScoresGradOp op;
  std::optional<KlGradRows> loss;
  int64_t batches, queries, heads, depth, keyCount, blocks, blockQueries;

  IndexScoresGradEmitter(KernelBuilder &b, IndexScoresGradOp op)
      : b(b), op(op), batches(dim(op.getQuery(), 0)), queries(dim(op.getQuery(), 1)),
        heads(dim(op.getQuery(), 2)), depth(dim(op.getQuery(), 3)),
        keyCount(dim(op.getIndexKey(), 1)) {
    if (auto producer = op.getGrad().getDefiningOp<IndexKlGradOp>())
      loss.emplace(b, producer);
    auto most = static_cast<int64_t>(llvm::divideCeil(queries, kLeastQueries));
    blocks = std::max<int64_t>(1, std::min(kBlocks / batches, most));
    blockQueries = static_cast<int64_t>(llvm::divideCeil(queries, blocks));
  }

  /// The sums for keys of one block: the result itself where there is one block.
  View keySums() {
    if (blocks == 1)
      return b.resultOrWorkspace(op.getKeyGrad(), 2);
    return b.workspace(5, b.getF32Type(), {batches * blocks, keyCount, depth});
  }

  int64_t vectors() const { return static_cast<int64_t>(llvm::divideCeil(depth, b.lanes())); }

  /// Where vector `number` of a row begins, and its mask, null for a whole one.
  std::pair<Value, Value> part(Value row, int64_t number) {
    int64_t first = number * b.lanes(), left = depth - first;
    return {b.add(row, first), left < b.lanes() ? b.maskBelow(b.index(left)) : Value()};
  }

  /// Calls `body(key, gradient, carried)` for the keys of row (batch, t) whose score has one.
  KernelBuilder::Carried
  forKeys(Value batch, Value t, KernelBuilder::Carried inits,
          llvm::function_ref<KernelBuilder::Carried(Value, Value, ValueRange)> body) {
    auto step = [&](Value place, ValueRange carried) {
      Value asked = loss ? b.loadAt(loss->rows.share, place)
                         : b.load(b.view(op.getGrad()), {batch, t, place});
      Value any = arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, asked, b.f32(0));
      return b.when(any, carried, [&] {
        Value chosen = loss ? loss->rows.indices : Value();
        Value key = chosen ? b.toIndex(b.load(b.view(chosen), {batch, t, place})) : place;
        return body(key, asked, carried);
      });
    };
    return b.loop(b.index(0), b.index(loss ? loss->rows.places : keyCount), 1, inits, step);
  }

  /// Adds what one head of query t gives: its own gradients are sums over keys in registers.
  void addHead(Value batch, Value t, Value head, Value sums) {
    View query = b.view(op.getQuery()), keys = b.view(op.getIndexKey()), to = keySums();
    View queryGrad = b.resultOrWorkspace(op.getQueryGrad(), 3),
         weightGrad = b.resultOrWorkspace(op.getWeightGrad(), 4);
    Value zero = b.index(0), scale = b.f32(op.getScale().convertToDouble());
    Value q = b.linear(query, {batch, t, head, zero});
    Value w = b.load(b.view(op.getWeight()), {batch, t, head});
    KernelBuilder::Carried inits(vectors() + 1, b.splat(0.0));
    inits[0] = b.f32(0);
    auto totals = forKeys(batch, t, inits, [&](Value s, Value asked, ValueRange carried) {
      Value k = b.linear(keys, {batch, s, zero}), sum = b.linear(to, {sums, s, zero});
      Value dot = rowProduct(b, depth, query, q, keys, k);
      Value upstream = arith::MulFOp::create(b, asked, scale);
      Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, dot, b.f32(0));
      KernelBuilder::Carried next = b.when(positive, carried, [&] {
        Value factor = b.splat(arith::MulFOp::create(b, upstream, w));
        KernelBuilder::Carried grown(carried);
        for (int64_t number = 0; number < vectors(); ++number) {
          auto [keyAt, mask] = part(k, number);
          Value queryAt = part(q, number).first, sumAt = part(sum, number).first;
          grown[number + 1] = b.fma(b.loadVector(keys, keyAt, mask), factor, carried[number + 1]);
          b.storeVector(
              b.fma(b.loadVector(query, queryAt, mask), factor, b.loadVector(to, sumAt, mask)), to,
              sumAt, mask);
        }
        return grown;
      });
      next[0] = b.fma(upstream, b.larger(b.f32(0), dot), carried[0]);
      return next;
    });
    b.store(totals[0], weightGrad, {batch, t, head});
    Value dq = b.linear(queryGrad, {batch, t, head, zero});
    for (int64_t number = 0; number < vectors(); ++number) {
      auto [at, mask] = part(dq, number);
      b.storeVector(totals[number + 1], queryGrad, at, mask);
    }
  }

  /// One block of queries of one sequence; its sums for keys are number `item`.
  void block(Value item) {
    Value batch = b.div(item, blocks), from = b.mul(b.rem(item, blocks), blockQueries);
    View to = keySums();
    b.loop(0, keyCount, 1, [&](Value s) {
      Value row = b.linear(to, {item, s, b.index(0)});
      b.columns(depth,
                [&](Value d, Value mask) { b.storeVector(b.splat(0.0), to, b.add(row, d), mask); });
    });
    Value end = b.min(b.add(from, blockQueries), b.index(queries));
    auto addHeads = [&](Value t) {
      b.loop(0, heads, 1, [&](Value head) { addHead(batch, t, head, item); });
    };
    if (!loss)
      return b.loop(from, end, 1, addHeads);
    loss->forRows(batch, from, end, [&](Value t) {
      loss->gradient(batch, t);
      addHeads(t);
    });
  }

  /// Adds the blocks of a sequence up, in order.
  void sumPhase() {
    View rows{{}, b.getF32Type(), {batches, keyCount, depth}, {}, 0};
    b.rowsPhase(rows, [&](Value row) {
      View from = keySums(), keysGrad = b.resultOrWorkspace(op.getKeyGrad(), 2);
      Value batch = b.div(row, keyCount), s = b.rem(row, keyCount);
      Value to = b.linear(keysGrad, {batch, s, b.index(0)});
      b.columns(depth, [&](Value d, Value mask) {
        Value sum = b.splat(0.0);
        for (int64_t number = 0; number < blocks; ++number)
          sum = arith::AddFOp::create(
              b, sum,
              b.loadVector(from, b.linear(from, {b.add(b.mul(batch, blocks), number), s, d}),
                           mask));
        b.storeVector(sum, keysGrad, b.add(to, d), mask);
      });
    });
  }
};

} // namespace

LogicalResult emitIndexScoresGrad(KernelBuilder &b, Operation *anchor) {
  IndexScoresGradEmitter emitter(b, cast<IndexScoresGradOp>(anchor));
  if (emitter.loss) {
    emitter.loss->rows.packPhase();
    emitter.loss->weighPhases();
  }
  b.phase(emitter.batches * emitter.blocks, [&](Value item) { emitter.block(item); });
  if (emitter.blocks > 1)
    emitter.sumPhase();
  return success();
}

} // namespace dsa::cpu
