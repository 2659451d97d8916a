// The lightning indexer's scores and their gradient.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/MicroKernel.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Sizes of one op; keys are packed [B][D][paddedKeys] so that vectors run along them.
struct Indexer {
  int64_t batches, queries, heads, depth, keys, paddedKeys;

  Indexer(KernelBuilder &b, Value query, Value indexKey) {
    auto q = cast<RankedTensorType>(query.getType()).getShape();
    batches = q[0], queries = q[1], heads = q[2], depth = q[3];
    keys = cast<RankedTensorType>(indexKey.getType()).getShape()[1];
    paddedKeys = llvm::alignTo(keys, 2 * b.lanes());
  }
};

void packKeys(KernelBuilder &b, const Indexer &n, Value indexKey) {
  b.phase(n.batches, [&](Value batch) {
    View from = b.view(indexKey),
         to = b.workspace(0, b.getF32Type(), {n.batches, n.depth, n.paddedKeys});
    b.loop(0, n.depth, 1, [&](Value d) {
      b.loop(0, n.keys, 1,
             [&](Value s) { b.store(b.load(from, {batch, s, d}), to, {batch, d, s}); });
      b.loop(n.keys, n.paddedKeys, 1, [&](Value s) { b.store(b.f32(0), to, {batch, d, s}); });
    });
  });
}

/// Scores of one token against two vectors of keys: one accumulator a head and key, sequential in
/// d, summed over heads in order.
SmallVector<Value> tokenScores(KernelBuilder &b, const Indexer &n, IndexScoresOp op, Value batch,
                               Value t, Value s) {
  View query = b.view(op.getQuery()), weight = b.view(op.getWeight());
  View keys = b.workspace(0, b.getF32Type(), {n.batches, n.depth, n.paddedKeys});
  SmallVector<Value> sums(2, b.splat(0.0));
  constexpr int64_t kHeads = 4;
  for (int64_t head = 0; head < n.heads; head += kHeads) {
    TileShape tile{std::min(kHeads, n.heads - head), 2};
    TileLeft left{query, {}, 1};
    for (int64_t number = 0; number < tile.rows; ++number)
      left.first.push_back(b.linear(query, {batch, t, b.index(head + number), b.index(0)}));
    TileRight right{keys, b.linear(keys, {batch, b.index(0), s}), n.paddedKeys};
    auto dots = multiplyTile(b, tile, left, right, b.index(n.depth), n.depth, zeroTile(b, tile));
    for (int64_t number = 0; number < tile.rows; ++number) {
      Value w = b.splat(b.load(weight, {batch, t, b.index(head + number)}));
      for (int64_t vector = 0; vector < 2; ++vector) {
        Value positive = b.larger(b.splat(0.0), dots[number * 2 + vector]);
        sums[vector] = b.fma(w, positive, sums[vector]);
      }
    }
  }
  double scale = op.getScale().convertToDouble();
  if (scale != 1.0)
    for (Value &sum : sums)
      sum = arith::MulFOp::create(b, sum, b.splat(scale));
  return sums;
}

} // namespace

LogicalResult emitIndexScores(KernelBuilder &b, Operation *anchor) {
  auto op = cast<IndexScoresOp>(anchor);
  Indexer n(b, op.getQuery(), op.getIndexKey());
  packKeys(b, n, op.getIndexKey());
  b.phase(n.batches * n.queries, [&](Value item) {
    View result = b.view(op.getResult());
    Value batch = b.div(item, n.queries), t = b.rem(item, n.queries),
          target = b.linear(result, {batch, t, b.index(0)});
    auto store = [&](Value s, Value count) {
      SmallVector<Value> sums = tokenScores(b, n, op, batch, t, s);
      for (int64_t vector = 0; vector < 2; ++vector) {
        Value at = b.add(s, vector * b.lanes());
        Value left = count ? b.max(b.index(0), b.sub(count, b.index(vector * b.lanes()))) : Value();
        b.storeVector(sums[vector], result, b.add(target, at), left ? b.maskBelow(left) : Value());
      }
    };
    int64_t whole = n.keys / (2 * b.lanes()) * (2 * b.lanes());
    b.loop(0, whole, 2 * b.lanes(), [&](Value s) { store(s, {}); });
    if (whole < n.keys)
      store(b.index(whole), b.index(n.keys - whole));
  });
  return success();
}

/// Each batch is one item: the gradients of keys are summed over (t, j) in order.
LogicalResult emitIndexScoresGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<IndexScoresGradOp>(anchor);
  Indexer n(b, op.getQuery(), op.getIndexKey());
  b.phase(n.batches, [&](Value batch) {
    View query = b.view(op.getQuery()), keys = b.view(op.getIndexKey()),
         weight = b.view(op.getWeight());
    View grad = b.view(op.getGrad()), keysGrad = b.resultOrWorkspace(op.getKeyGrad(), 0);
    View queryGrad = b.resultOrWorkspace(op.getQueryGrad(), 1),
         weightGrad = b.resultOrWorkspace(op.getWeightGrad(), 2);
    auto forDepth = [&](llvm::function_ref<void(Value, Value)> body) { b.columns(n.depth, body); };
    auto clear = [&](const View &view, Value at) {
      forDepth([&](Value d, Value mask) { b.storeVector(b.splat(0.0), view, b.add(at, d), mask); });
    };
    auto addTo = [&](const View &to, Value at, const View &from, Value source, Value factor) {
      forDepth([&](Value d, Value mask) {
        Value sum = b.fma(b.loadVector(from, b.add(source, d), mask), factor,
                          b.loadVector(to, b.add(at, d), mask));
        b.storeVector(sum, to, b.add(at, d), mask);
      });
    };
    Value zero = b.index(0), scale = b.f32(op.getScale().convertToDouble());
    b.loop(0, n.keys, 1, [&](Value s) { clear(keysGrad, b.linear(keysGrad, {batch, s, zero})); });
    b.loop(0, n.queries * n.heads, 1, [&](Value row) {
      Value t = b.div(row, n.heads), head = b.rem(row, n.heads);
      Value q = b.linear(query, {batch, t, head, zero}),
            dq = b.linear(queryGrad, {batch, t, head, zero});
      Value w = b.load(weight, {batch, t, head});
      clear(queryGrad, dq);
      // The gradient of a selection's loss is zero where nothing was selected.
      auto term = [&](Value s, Value asked, Value total) -> KernelBuilder::Carried {
        Value k = b.linear(keys, {batch, s, zero});
        auto dots = b.columns(n.depth, b.splat(0.0), [&](Value d, Value mask, ValueRange partial) {
          return KernelBuilder::Carried{b.fma(b.loadVector(query, b.add(q, d), mask),
                                              b.loadVector(keys, b.add(k, d), mask), partial[0])};
        });
        Value dot = b.sumLanes(dots[0]);
        Value upstream = arith::MulFOp::create(b, asked, scale);
        Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, dot, b.f32(0));
        b.when(positive, [&] {
          Value factor = b.splat(arith::MulFOp::create(b, upstream, w));
          addTo(queryGrad, dq, keys, k, factor);
          addTo(keysGrad, b.linear(keysGrad, {batch, s, zero}), query, q, factor);
        });
        return {b.fma(upstream, b.larger(b.f32(0), dot), total)};
      };
      auto sum = b.loop(zero, b.index(n.keys), 1, b.f32(0), [&](Value s, ValueRange carried) {
        Value asked = b.load(grad, {batch, t, s});
        Value any = arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, asked, b.f32(0));
        return b.when(any, carried, [&] { return term(s, asked, carried[0]); });
      });
      b.store(sum[0], weightGrad, {batch, t, head});
    });
  });
  return success();
}

} // namespace dsa::cpu
