// Rows of a list a vector of keys at a time: scores, softmax, and sums held in registers.
#include "codegen/cpu/GatheredProduct.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Neighbouring columns of rows, as many vectors as registers hold twice with room for one more
/// row.
struct Strip {
  KernelBuilder &b;
  Value column;
  SmallVector<Value> masks; ///< one a vector, null where all lanes are columns

  SmallVector<Value> load(const View &view, Value row) const {
    SmallVector<Value> vectors;
    for (auto [i, mask] : llvm::enumerate(masks))
      vectors.push_back(b.loadVector(view, at(row, i), mask));
    return vectors;
  }
  void store(ArrayRef<Value> vectors, const View &view, Value row) const {
    for (auto [i, mask] : llvm::enumerate(masks))
      b.storeVector(vectors[i], view, at(row, i), mask);
  }
  /// sums[i] + factors * vectors[i].
  KernelBuilder::Carried fma(ArrayRef<Value> vectors, Value factors, ValueRange sums) const {
    KernelBuilder::Carried result;
    for (auto [vector, sum] : llvm::zip_equal(vectors, sums))
      result.push_back(b.fma(vector, factors, sum));
    return result;
  }
  KernelBuilder::Carried zeros(int64_t sets) const {
    return KernelBuilder::Carried(sets * masks.size(), b.splat(0.0));
  }

private:
  Value at(Value row, size_t i) const {
    return b.add(b.add(row, column), static_cast<int64_t>(i) * b.lanes());
  }
};

int64_t stripVectors(KernelBuilder &b) {
  return b.isa().registers / 4;
}

/// Covers [0, columns) with strips; `carried` goes through all of them.
KernelBuilder::Carried
forStrips(KernelBuilder &b, int64_t columns, ValueRange carried,
          llvm::function_ref<KernelBuilder::Carried(const Strip &, ValueRange)> body) {
  int64_t width = stripVectors(b) * b.lanes(), rest = columns % width, whole = columns - rest;
  KernelBuilder::Carried values(carried);
  if (whole)
    values = b.loop(b.index(0), b.index(whole), width, values, [&](Value column, ValueRange inner) {
      return body({b, column, SmallVector<Value>(stripVectors(b), Value())}, inner);
    });
  if (!rest)
    return values;
  SmallVector<Value> masks(rest / b.lanes(), Value());
  if (rest % b.lanes())
    masks.push_back(b.maskBelow(b.index(rest % b.lanes())));
  return body({b, b.index(whole), masks}, values);
}

void forStrips(KernelBuilder &b, int64_t columns, llvm::function_ref<void(const Strip &)> body) {
  forStrips(b, columns, {}, [&](const Strip &strip, ValueRange) {
    body(strip);
    return KernelBuilder::Carried();
  });
}

} // namespace

Value dotRows(KernelBuilder &b, const Row &left, const View &rows, ArrayRef<Value> starts) {
  return forStrips(b, rows.columns(), b.splat(0.0), [&](const Strip &strip, ValueRange carried) {
    SmallVector<Value> own = strip.load(left.view, left.start);
    Value sums = sumRows(b, [&](int64_t lane) {
      SmallVector<Value> other = strip.load(rows, starts[lane]);
      Value sum = arith::MulFOp::create(b, own[0], other[0]);
      for (size_t i = 1; i < own.size(); ++i)
        sum = b.fma(own[i], other[i], sum);
      return sum;
    });
    return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], sums)};
  })[0];
}

GatheredQuery::GatheredQuery(KernelBuilder &b, const AttentionOperands &op, const QueryRows &rows,
                             Value row, const KeyLists::Own &list)
    : b(b), op(op), batch(rows.batch), head(rows.head),
      keyHead(b.div(head, op.heads / op.keyHeads)), t(rows.queryOf(b, row)),
      keys(HeadRows(b, op).keys()), values(HeadRows(b, op).values()), list(list),
      places(b.mul(b.div(b.add(list.count, b.lanes() - 1), b.lanes()), b.lanes())),
      query{b.view(op.query), rows.start(b, b.view(op.query), row)} {}

/// The keys of the list from `number` on, a vector of them.
Value GatheredQuery::keysFrom(Value number) {
  return b.loadVector(list.keys, b.add(list.first, number));
}

/// Which of the places from `number` on are keys of the list.
Value GatheredQuery::isListed(Value number) {
  return b.maskBelow(b.sub(list.count, number));
}

/// Where the row of key number `number` of the list begins.
Value GatheredQuery::rowOf(const View &view, Value ofBatch, Value number) {
  Value s = b.toIndex(b.loadAt(list.keys, b.add(list.first, number)));
  return b.linear(view, {ofBatch, s, keyHead, b.index(0)});
}

/// to[n] = factor * left . row n of the list, for all its places.
void GatheredQuery::products(const Row &left, double factor, const View &rows, const View &to) {
  b.loop(b.index(0), places, b.lanes(), [&](Value number) {
    SmallVector<Value> starts;
    for (int64_t lane = 0; lane < b.lanes(); ++lane)
      starts.push_back(rowOf(rows, b.add(number, lane)));
    Value sums = dotRows(b, left, rows, starts);
    b.storeVector(arith::MulFOp::create(b, sums, b.splat(factor)), to, number);
  });
}

/// What the score body, if there is one, makes of the scores of the keys from `number` on.
RevisedScores GatheredQuery::revise(Value score, Value number) {
  if (!op.scoreBody)
    return {score, {}};
  Value position = positionOf(b, op.offset, t);
  return reviseScores(b, op, score, b.splat(b.toI32(position)), keysFrom(number),
                      b.splat(b.toI32(head)));
}

/// Dropout factors of the keys from `number` on; null without dropout.
Value GatheredQuery::factors(Value number) {
  if (op.dropout == 0)
    return {};
  Value row = b.add(b.mul(b.add(b.mul(batch, op.heads), head), op.queries), t);
  Value elements = b.add(b.splat(b.toI32(b.mul(row, op.keyCount))), keysFrom(number));
  return dropoutFactors(b, loadKey(b, b.view(op.key)), elements, op.dropout);
}

void GatheredQuery::attend(const Softmax &softmax) {
  View weights = b.scratch(b.getF32Type(), {KeyLists(b, op).ownPlaces()});
  products(query, op.scale, keys, weights);
  Value zero = b.index(0), old = b.loadAt(softmax.top, softmax.row);
  auto best = b.loop(zero, places, b.lanes(), b.splat(old), [&](Value number, ValueRange carried) {
    Value score = revise(b.loadVector(weights, number), number).score;
    score = arith::SelectOp::create(b, isListed(number), score, b.splat(kNoScore));
    b.storeVector(score, weights, number);
    return KernelBuilder::Carried{b.larger(carried[0], score)};
  });
  Value top = b.maxLanes(best[0]), tops = b.splat(top);
  auto total = b.loop(zero, places, b.lanes(), b.splat(0.0), [&](Value number, ValueRange carried) {
    Value weight = b.exp(arith::SubFOp::create(b, b.loadVector(weights, number), tops));
    Value kept = weight;
    if (Value factor = factors(number))
      kept = arith::MulFOp::create(b, weight, factor);
    b.storeVector(kept, weights, number);
    return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], weight)};
  });
  Value shrink = b.exp(arith::SubFOp::create(b, old, top));
  Value before = arith::MulFOp::create(b, b.loadAt(softmax.sum, softmax.row), shrink);
  b.storeAt(top, softmax.top, softmax.row);
  b.storeAt(arith::AddFOp::create(b, before, b.sumLanes(total[0])), softmax.sum, softmax.row);
  addValues(weights, b.splat(shrink), {softmax.output, b.rowStart(softmax.output, softmax.row)});
}

/// output = shrink * output + the sum of weight * value: even and odd keys in sums of their own, so
/// that multiply-adds need not wait for each other.
void GatheredQuery::addValues(const View &weights, Value shrink, const Row &output) {
  forStrips(b, values.columns(), [&](const Strip &strip) {
    auto add = [&](Value number, ValueRange sums) {
      Value weight = b.splat(b.loadAt(weights, number));
      return strip.fma(strip.load(values, rowOf(values, number)), weight, sums);
    };
    size_t vectors = strip.masks.size();
    Value even = b.sub(list.count, b.rem(list.count, 2));
    auto sums = b.loop(b.index(0), even, 2, strip.zeros(2), [&](Value number, ValueRange carried) {
      KernelBuilder::Carried result = add(number, carried.take_front(vectors));
      llvm::append_range(result, add(b.add(number, 1), carried.drop_front(vectors)));
      return result;
    });
    auto first = b.loop(even, list.count, 1, ValueRange(sums).take_front(vectors), add);
    SmallVector<Value> row = strip.load(output.view, output.start);
    for (size_t i = 0; i < vectors; ++i)
      row[i] = b.fma(row[i], shrink, arith::AddFOp::create(b, first[i], sums[vectors + i]));
    strip.store(row, output.view, output.start);
  });
}

void GatheredQuery::attendGrad(const Backward &to) {
  int64_t places = KeyLists(b, op).ownPlaces();
  View weights = b.scratch(b.getF32Type(), {places}), grads = b.scratch(b.getF32Type(), {places});
  products(query, op.scale, keys, weights);
  products(to.upstream, 1.0, values, grads);
  softmaxGrad(to, weights, grads);
  addKeyGrads(to, grads);
  addValueGrads(to, weights);
}

/// weights: scores -> dropped probabilities; scoreGrads: dP -> scale dS.
void GatheredQuery::softmaxGrad(const Backward &to, const View &weights, const View &scoreGrads) {
  Value shift = b.splat(to.lse), mean = b.splat(to.delta), zero = b.splat(0.0);
  b.loop(b.index(0), places, b.lanes(), [&](Value number) {
    RevisedScores z = revise(b.loadVector(weights, number), number);
    Value p = b.exp(arith::SubFOp::create(b, z.score, shift)), kept = p;
    Value dp = b.loadVector(scoreGrads, number), counts = isListed(number);
    if (Value factor = factors(number)) {
      kept = arith::MulFOp::create(b, p, factor);
      dp = arith::MulFOp::create(b, dp, factor);
    }
    Value ds = arith::MulFOp::create(b, p, arith::SubFOp::create(b, dp, mean));
    ds = arith::MulFOp::create(b, ds, b.splat(op.scale));
    if (op.scoreBody) {
      ds = arith::MulFOp::create(b, ds, z.slope);
      counts = arith::AndIOp::create(b, counts, isScore(b, z.score));
    }
    b.storeVector(arith::SelectOp::create(b, counts, kept, zero), weights, number);
    b.storeVector(arith::SelectOp::create(b, counts, ds, zero), scoreGrads, number);
  });
}

/// dq += sum of ds k, and dk of each key += ds q.
void GatheredQuery::addKeyGrads(const Backward &to, const View &scoreGrads) {
  View grads = HeadRows(b, op).keysGrad();
  forStrips(b, keys.columns(), [&](const Strip &strip) {
    SmallVector<Value> own = strip.load(query.view, query.start);
    SmallVector<Value> before = strip.load(to.queryGrad.view, to.queryGrad.start);
    auto sums = b.loop(b.index(0), list.count, 1, before, [&](Value number, ValueRange carried) {
      Value ds = b.splat(b.loadAt(scoreGrads, number)), row = rowOf(grads, to.gradBatch, number);
      strip.store(strip.fma(own, ds, strip.load(grads, row)), grads, row);
      return strip.fma(strip.load(keys, rowOf(keys, number)), ds, carried);
    });
    strip.store(sums, to.queryGrad.view, to.queryGrad.start);
  });
}

/// dv of each key += p do.
void GatheredQuery::addValueGrads(const Backward &to, const View &weights) {
  View grads = HeadRows(b, op).valuesGrad();
  forStrips(b, values.columns(), [&](const Strip &strip) {
    SmallVector<Value> upstream = strip.load(to.upstream.view, to.upstream.start);
    b.loop(b.index(0), list.count, 1, [&](Value number) {
      Value p = b.splat(b.loadAt(weights, number)), row = rowOf(grads, to.gradBatch, number);
      strip.store(strip.fma(upstream, p, strip.load(grads, row)), grads, row);
    });
  });
}

} // namespace dsa::cpu
