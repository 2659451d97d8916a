// Streaming selection by bisection on the value of the k-th best score.
#include "codegen/cpu/TopKFold.h"
#include "codegen/cpu/IndexScores.h"
#include "codegen/cpu/Visibility.h"
#include "dialect/Shapes.h"
#include "runtime/KernelExecutable.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;

namespace dsa::cpu {

/// Vectors that a pass over candidates takes at a time, with a counter each.
static constexpr int64_t kCounters = 4;
/// Guesses by value before the bisection by bits, which always ends.
static constexpr int64_t kGuesses = 12;

static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The k-th best score lies in [lo, hi) of the integers that order floats; `above` of the
/// candidates reach lo, and `below` of them reach hi.
struct TopKFold::Bracket {
  Value lo, hi, above, below;
};

static Value compare(KernelBuilder &b, arith::CmpFPredicate predicate, Value x, Value y) {
  return arith::CmpFOp::create(b, predicate, x, y);
}
static Value compare(KernelBuilder &b, arith::CmpIPredicate predicate, Value x, Value y) {
  return arith::CmpIOp::create(b, predicate, x, y);
}
static Value both(KernelBuilder &b, Value x, Value y) {
  return y ? Value(arith::AndIOp::create(b, x, y)) : x;
}
static Value pick(KernelBuilder &b, Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, condition, x, y);
}

/// Integers in the order of floats, and back: negative numbers have their lower bits flipped.
static Value flipNegative(KernelBuilder &b, Value bits) {
  Value sign = arith::ShRSIOp::create(b, bits, b.i32(31));
  return arith::XOrIOp::create(b, bits, arith::AndIOp::create(b, sign, b.i32(INT32_MAX)));
}
static Value orderOf(KernelBuilder &b, Value number) {
  return flipNegative(b, arith::BitcastOp::create(b, b.getI32Type(), number));
}
static Value numberOf(KernelBuilder &b, Value order) {
  return arith::BitcastOp::create(b, b.getF32Type(), flipNegative(b, order));
}

TopKFold::TopKFold(KernelBuilder &b, TopKOp op, int64_t rows, int64_t piece)
    : b(b), op(op), queries(dim(op.getScores(), 1)), keys(dim(op.getScores(), 2)),
      k(std::min(static_cast<int64_t>(op.getK()), keys)),
      capacity(std::min(keys, std::max(2 * k, piece))) {
  int64_t longest = keys > capacity ? capacity + piece : keys;
  // Whole vectors are stored behind the candidates, and passes read whole groups of vectors.
  stride = llvm::alignTo(longest, b.lanes()) + kCounters * b.lanes();
  values = b.scratch(b.getF32Type(), {rows, stride});
  indices = b.scratch(b.getI32Type(), {rows, stride});
  counts = b.scratch(b.getI32Type(), {rows});
  thresholds = b.scratch(b.getF32Type(), {rows});
  tie = b.scratch(b.getI32Type(), {1 + b.lanes()});
}

Value TopKFold::rowNumber(Value batch, Value t) {
  return b.add(b.mul(batch, queries), t);
}

Value TopKFold::limit(Value t) {
  if (!op.getCausal())
    return b.index(keys);
  Value end = b.add(positionOf(b, op.getQueryOffset(), t), 1);
  return b.max(b.index(0), b.min(end, b.index(keys)));
}

void TopKFold::open(Value rows) {
  b.loop(b.index(0), rows, 1, [&](Value row) {
    b.store(b.i32(0), counts, {row});
    b.store(b.f32(kNan), thresholds, {row});
  });
}

/// Stores the lanes of `mask` at `position` of the candidates; returns the position behind them.
Value TopKFold::take(Value position, Value score, Value key, Value mask) {
  b.storeCompressed(score, mask, values, position);
  b.storeCompressed(key, mask, indices, position);
  return b.add(position, b.countLanes(mask));
}

void TopKFold::step(Value row, Value batch, Value t, const View &scores, Value first, Value from,
                    Value to) {
  Value end = b.max(from, b.min(to, limit(t))), rest = b.rem(b.sub(end, from), b.lanes()),
        whole = b.sub(end, rest), begin = b.mul(row, stride), segment;
  Value threshold = b.splat(b.load(thresholds, {row}));
  if (op.getQuerySegments())
    segment = b.splat(b.load(b.view(op.getQuerySegments()), {batch, t}));
  auto vector = [&](Value key, Value mask, Value position) {
    Value score = b.loadVector(scores, b.add(first, b.sub(key, from)), mask);
    // Unordered: everything passes a threshold that is not there yet, and a NaN is not lost.
    Value in = both(b, compare(b, arith::CmpFPredicate::UGT, score, threshold), mask);
    if (segment) {
      View segments = b.view(op.getKeySegments());
      Value other = b.loadVector(segments, b.linear(segments, {batch, key}), mask);
      in = both(b, in, compare(b, arith::CmpIPredicate::eq, other, segment));
    }
    return take(position, score, b.add(b.splat(b.toI32(key)), b.iota()), in);
  };
  auto keep = [&](Value position) { b.store(b.toI32(b.sub(position, begin)), counts, {row}); };
  auto position = [&] { return b.add(begin, b.toIndex(b.load(counts, {row}))); };
  keep(b.loop(from, whole, b.lanes(), position(), [&](Value key, ValueRange carried) {
    return KernelBuilder::Carried{vector(key, {}, carried[0])};
  })[0]);
  b.when(b.less(b.index(0), rest), [&] { keep(vector(whole, b.maskBelow(rest), position())); });
  if (keys > capacity)
    b.when(b.less(b.i32(capacity), b.load(counts, {row})),
           [&] { select(row, rowNumber(batch, t), k / 4); });
}

void TopKFold::close(Value row, Value batch, Value t) {
  select(row, rowNumber(batch, t), 0);
  View result = b.view(op.getResult());
  Value begin = b.mul(row, stride), target = b.linear(result, {batch, t, b.index(0)});
  Value count = b.splat(b.load(counts, {row}));
  b.columns(k, [&](Value column, Value mask) {
    Value lanes = b.add(b.splat(b.toI32(column)), b.iota());
    Value index = b.loadVector(indices, b.add(begin, column));
    index = pick(b, compare(b, arith::CmpIPredicate::slt, lanes, count), index, b.splat(b.i32(-1)));
    b.storeVector(index, result, b.add(target, column), mask);
  });
  b.loop(k, op.getK(), 1,
         [&](Value column) { b.storeAt(b.i32(-1), result, b.add(target, column)); });
}

/// Leaves the k best candidates of a row, up to `slack` more if they come cheaper; all of them if
/// they are no more than k.
void TopKFold::select(Value row, Value number, int64_t slack) {
  Value begin = b.mul(row, stride), count = b.toIndex(b.load(counts, {row}));
  Value last = b.add(begin, count);
  for (int64_t i = 0; i < kCounters; ++i)
    b.storeVector(b.splat(kNan), values, b.add(last, i * b.lanes()));
  int64_t group = kCounters * b.lanes();
  Value end = b.add(begin, b.mul(b.div(b.add(count, group - 1), group), group));
  Bracket bracket = narrow(range(begin, end, count, number), begin, end, slack);
  Value threshold = numberOf(b, bracket.lo);
  Value limits = b.splat(threshold), ties = b.splat(lastTie(begin, end, bracket, slack));
  auto kept = b.loop(begin, end, b.lanes(), begin, [&](Value at, ValueRange carried) {
    Value score = b.loadVector(values, at), key = b.loadVector(indices, at);
    Value above = compare(b, arith::CmpFPredicate::OGT, score, limits);
    Value equal = both(b, compare(b, arith::CmpFPredicate::OEQ, score, limits),
                       compare(b, arith::CmpIPredicate::sle, key, ties));
    return KernelBuilder::Carried{
        take(carried[0], score, key, arith::OrIOp::create(b, above, equal))};
  });
  b.store(b.toI32(b.sub(kept[0], begin)), counts, {row});
  b.store(threshold, thresholds, {row});
}

/// The bracket of all `count` candidates [begin, end), whose padding reads as NaN. Any other NaN
/// fails row `number`.
TopKFold::Bracket TopKFold::range(Value begin, Value end, Value count, Value number) {
  double infinity = std::numeric_limits<double>::infinity();
  Value zero = b.splat(b.i32(0)), one = b.splat(b.i32(1)), none = b.splat(-infinity);
  auto found = b.loop(
      begin, end, b.lanes(), ValueRange{none, none, zero}, [&](Value at, ValueRange carried) {
        Value score = b.loadVector(values, at), negative = arith::NegFOp::create(b, score);
        Value larger = compare(b, arith::CmpFPredicate::OGT, score, carried[0]);
        Value smaller = compare(b, arith::CmpFPredicate::OGT, negative, carried[1]);
        Value number = compare(b, arith::CmpFPredicate::ORD, score, score);
        return KernelBuilder::Carried{pick(b, larger, score, carried[0]),
                                      pick(b, smaller, negative, carried[1]),
                                      b.add(carried[2], pick(b, number, one, zero))};
      });
  Value numbers = vector::ReductionOp::create(b, vector::CombiningKind::ADD, found[2]);
  b.when(b.less(numbers, b.toI32(count)),
         [&] { b.fail(static_cast<int64_t>(Failure::NotANumber), number); });
  Value least = arith::NegFOp::create(b, b.maxLanes(found[1]));
  return {orderOf(b, least), b.add(orderOf(b, b.maxLanes(found[0])), b.i32(1)), numbers, b.i32(0)};
}

/// Number of candidates [begin, end) that are at least `limit`.
Value TopKFold::countFrom(Value begin, Value end, Value limit) {
  Value limits = b.splat(limit), one = b.splat(b.i32(1));
  KernelBuilder::Carried zeros(kCounters, b.splat(b.i32(0)));
  auto sums = b.loop(begin, end, kCounters * b.lanes(), zeros, [&](Value at, ValueRange carried) {
    KernelBuilder::Carried next;
    for (int64_t i = 0; i < kCounters; ++i) {
      Value score = b.loadVector(values, b.add(at, i * b.lanes()));
      Value reached = compare(b, arith::CmpFPredicate::OGE, score, limits);
      next.push_back(pick(b, reached, b.add(carried[i], one), carried[i]));
    }
    return next;
  });
  Value sum = sums[0];
  for (int64_t i = 1; i < kCounters; ++i)
    sum = b.add(sum, sums[i]);
  return vector::ReductionOp::create(b, vector::CombiningKind::ADD, sum);
}

/// A value inside of the bracket at which about `wanted` candidates are expected: on the line
/// through both ends, or halfway between them.
static Value guess(KernelBuilder &b, ValueRange bracket, Value probe, int64_t wanted) {
  Value lo = numberOf(b, bracket[0]), hi = numberOf(b, bracket[1]);
  auto toFloat = [&](Value count) { return arith::SIToFPOp::create(b, b.getF32Type(), count); };
  Value share = arith::DivFOp::create(b, toFloat(b.sub(b.i32(wanted), bracket[3])),
                                      toFloat(b.sub(bracket[2], bracket[3])));
  Value odd =
      compare(b, arith::CmpIPredicate::eq, arith::AndIOp::create(b, probe, b.i32(1)), b.i32(1));
  share = pick(b, odd, b.f32(0.5), share);
  Value span = arith::SubFOp::create(b, hi, lo);
  return orderOf(b, arith::SubFOp::create(b, hi, arith::MulFOp::create(b, span, share)));
}

/// Narrows a bracket until k candidates reach its lower end, or up to `slack` more, or until only
/// equal ones are left in it.
TopKFold::Bracket TopKFold::narrow(Bracket bracket, Value begin, Value end, int64_t slack) {
  Value one = b.i32(1);
  auto found = b.repeatWhile(
      ValueRange{bracket.lo, bracket.hi, bracket.above, bracket.below, b.i32(0)},
      [&](ValueRange now) {
        return both(b, b.less(b.i32(k + slack), now[2]),
                    compare(b, arith::CmpIPredicate::ne, b.sub(now[1], now[0]), one));
      },
      [&](ValueRange now) {
        Value half = arith::ShRUIOp::create(b, b.sub(now[1], now[0]), one);
        Value probe = pick(b, b.less(now[4], b.i32(kGuesses)), guess(b, now, now[4], k + slack / 2),
                           b.add(now[0], half));
        probe = b.max(b.add(now[0], one), b.min(probe, b.sub(now[1], one)));
        Value reached = countFrom(begin, end, numberOf(b, probe));
        Value enough = compare(b, arith::CmpIPredicate::sge, reached, b.i32(k));
        return KernelBuilder::Carried{
            pick(b, enough, probe, now[0]), pick(b, enough, now[1], probe),
            pick(b, enough, reached, now[2]), pick(b, enough, now[3], reached), b.add(now[4], one)};
      });
  return {found[0], found[1], found[2], found[3]};
}

/// The last key that is kept of those whose score is the lower end of the bracket: the first ones
/// fill up what the better ones leave of k. No limit where all of them fit.
Value TopKFold::lastTie(Value begin, Value end, const Bracket &bracket, int64_t slack) {
  Value zero = b.index(0);
  b.store(b.i32(INT32_MAX), tie, {zero});
  b.when(b.less(b.i32(k + slack), bracket.above), [&] {
    Value limits = b.splat(numberOf(b, bracket.lo));
    Value wanted = b.sub(b.index(k), b.toIndex(bracket.below));
    b.loop(begin, end, b.lanes(), wanted, [&](Value at, ValueRange carried) {
      Value equal = compare(b, arith::CmpFPredicate::OEQ, b.loadVector(values, at), limits);
      Value rest = b.sub(carried[0], b.countLanes(equal));
      Value here = both(b, b.less(zero, carried[0]), b.less(rest, b.index(1)));
      b.when(here, [&] {
        b.storeCompressed(b.loadVector(indices, at), equal, tie, b.index(1));
        b.store(b.load(tie, carried[0]), tie, {zero});
      });
      return KernelBuilder::Carried{rest};
    });
  });
  return b.load(tie, {zero});
}

} // namespace dsa::cpu
