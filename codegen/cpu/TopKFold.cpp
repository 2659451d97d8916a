// Selection: the k best keys of each row, exact with ties, and what surrounds it: masks of the
// future, gathered rows.
#include "codegen/cpu/Families.h"
#include "runtime/KernelExecutable.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Position of query t: query_offset + t.
Value positionOf(KernelBuilder &b, Value offset, Value t) {
  return offset ? b.add(t, b.toIndex(b.loadAt(b.view(offset), b.index(0)))) : t;
}

/// Emits one row. Scores become integer keys in the same order (+0 and -0 equal); INT_MIN marks
/// what may not be chosen.
struct TopKEmitter {
  KernelBuilder &b;
  TopKOp op;
  int64_t queries, count, k;
  View keys;

  Value integers(int64_t value) { return b.splat(b.i32(value)); }

  /// Fills `keys` with the order keys of row (batch, t); returns the number of candidates.
  Value orderKeys(Value batch, Value t) {
    View scores = b.view(op.getScores());
    Value start = b.linear(scores, {batch, t, b.index(0)}), zero = integers(0),
          row = b.add(b.mul(batch, queries), t);
    Value reach = b.splat(b.toI32(positionOf(b, op.getQueryOffset(), t))), segment;
    if (op.getQuerySegments())
      segment = b.splat(b.load(b.view(op.getQuerySegments()), {batch, t}));
    auto counts = b.columns(count, zero, [&](Value column, Value mask, ValueRange carried) {
      Value score = b.loadVector(scores, b.add(start, column), mask);
      score = arith::AddFOp::create(b, score, b.splat(0.0));
      Value candidate = mask ? mask : b.constant(b.vectorType(b.getI1Type()), 1);
      auto require = [&](Value condition) {
        candidate = arith::AndIOp::create(b, candidate, condition);
      };
      if (op.getCausal()) {
        Value s = b.add(b.splat(b.toI32(column)), b.iota());
        require(arith::CmpIOp::create(b, arith::CmpIPredicate::sle, s, reach));
      }
      if (segment) {
        View segments = b.view(op.getKeySegments());
        Value other = b.loadVector(segments, b.linear(segments, {batch, column}), mask);
        require(arith::CmpIOp::create(b, arith::CmpIPredicate::eq, other, segment));
      }
      Value unordered = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, score, score);
      unordered = arith::AndIOp::create(b, unordered, candidate);
      b.when(vector::ReductionOp::create(b, vector::CombiningKind::OR, unordered),
             [&] { b.fail(static_cast<int64_t>(Failure::NotANumber), row); });
      Value bits = arith::BitcastOp::create(b, b.vectorType(b.getI32Type()), score);
      Value sign = arith::ShRSIOp::create(b, bits, integers(31));
      Value key =
          arith::XOrIOp::create(b, bits, arith::AndIOp::create(b, sign, integers(INT32_MAX)));
      key = arith::SelectOp::create(b, candidate, key, integers(INT32_MIN));
      b.storeVector(key, keys, column);
      Value one = arith::SelectOp::create(b, candidate, integers(1), zero);
      return KernelBuilder::Carried{b.add(carried[0], one)};
    });
    return vector::ReductionOp::create(b, vector::CombiningKind::ADD, counts[0]);
  }

  /// Number of keys >= limit. Lanes beyond the row hold INT_MIN and limits are larger.
  Value countFrom(Value limit) {
    Value limits = b.splat(limit);
    auto counts = b.columns(count, integers(0), [&](Value column, Value, ValueRange carried) {
      Value above =
          arith::CmpIOp::create(b, arith::CmpIPredicate::sge, b.loadVector(keys, column), limits);
      return KernelBuilder::Carried{
          b.add(carried[0], arith::SelectOp::create(b, above, integers(1), integers(0)))};
    });
    return vector::ReductionOp::create(b, vector::CombiningKind::ADD, counts[0]);
  }

  /// The k-th largest key, bit by bit from the top: the largest limit that at least k keys reach.
  Value threshold() {
    // In the unsigned order obtained by flipping the sign bit, limits grow by setting bits.
    auto found = b.loop(b.index(0), b.index(32), 1, b.i32(0), [&](Value step, ValueRange carried) {
      Value bit = arith::ShRUIOp::create(b, b.i32(INT32_MIN), b.toI32(step));
      Value trial = arith::OrIOp::create(b, carried[0], bit);
      Value reached = countFrom(arith::XOrIOp::create(b, trial, b.i32(INT32_MIN)));
      Value enough = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, reached, b.i32(k));
      return KernelBuilder::Carried{arith::SelectOp::create(b, enough, trial, carried[0])};
    });
    return arith::XOrIOp::create(b, found[0], b.i32(INT32_MIN));
  }

  void row(Value batch, Value t) {
    keys = b.scratch(b.getI32Type(), {static_cast<int64_t>(llvm::alignTo(count, b.lanes()))});
    View result = b.view(op.getResult());
    Value target = b.linear(result, {batch, t, b.index(0)}), candidates = orderKeys(batch, t);
    Value few = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, candidates, b.i32(k));
    // Keys above `limit` are in; of those equal to it the first `ties` are. With few candidates all
    // of them are in.
    auto choose = scf::IfOp::create(b, TypeRange{b.getI32Type(), b.getI32Type()}, few,
                                    /*withElseRegion=*/true);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(choose.thenBlock());
      scf::YieldOp::create(b, ValueRange{b.i32(INT32_MIN), b.i32(0)});
      b.setInsertionPointToStart(choose.elseBlock());
      Value limit = threshold();
      // INT_MAX has no successor, but it is the key of a NaN and so never a threshold.
      scf::YieldOp::create(b,
                           ValueRange{limit, b.sub(b.i32(k), countFrom(b.add(limit, b.i32(1))))});
    }
    Value limit = choose.getResult(0), ties = choose.getResult(1);
    auto end = b.loop(
        b.index(0), b.index(count), 1, ValueRange{b.index(0), ties},
        [&](Value s, ValueRange carried) {
          Value key = b.load(keys, s);
          Value above = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, key, limit);
          Value equal = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, key, limit);
          Value quota = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, carried[1], b.i32(0));
          Value tie = arith::AndIOp::create(b, equal, quota);
          Value in = arith::OrIOp::create(b, above, tie);
          b.when(in, [&] { b.storeAt(b.toI32(s), result, b.add(target, carried[0])); });
          Value next = arith::SelectOp::create(b, in, b.add(carried[0], 1), carried[0]);
          return KernelBuilder::Carried{
              next, arith::SelectOp::create(b, tie, b.sub(carried[1], b.i32(1)), carried[1])};
        });
    b.loop(end[0], b.index(k), 1,
           [&](Value slot) { b.storeAt(b.i32(-1), result, b.add(target, slot)); });
  }
};

ArrayRef<int64_t> shapeOfTensor(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

/// `view` with all axes behind the first `leading` merged into one.
View mergedRows(KernelBuilder &b, const View &view, int64_t leading) {
  SmallVector<int64_t> shape(view.shape.begin(), view.shape.begin() + leading);
  int64_t width = 1;
  for (int64_t size : ArrayRef(view.shape).drop_front(leading))
    width *= size;
  shape.push_back(width);
  return b.reshape(view, shape);
}

} // namespace

LogicalResult emitTopK(KernelBuilder &b, Operation *anchor) {
  auto op = cast<TopKOp>(anchor);
  ArrayRef<int64_t> shape = shapeOfTensor(op.getScores());
  TopKEmitter emitter{b, op, shape[1], shape[2], static_cast<int64_t>(op.getK()), {}};
  b.phase(shape[0] * shape[1],
          [&](Value item) { emitter.row(b.div(item, shape[1]), b.rem(item, shape[1])); });
  return success();
}

LogicalResult emitWindow(KernelBuilder &b, Operation *anchor) {
  auto op = cast<WindowOp>(anchor);
  ArrayRef<int64_t> shape = shapeOfTensor(op.getResult());
  View rows{{}, b.getI32Type(), SmallVector<int64_t>(shape), {}, 0};
  b.rowsPhase(rows, [&](Value row) {
    View result = b.view(op.getResult());
    Value position = b.toI32(positionOf(b, op.getQueryOffset(), b.rem(row, shape[1])));
    Value last = b.min(position, b.i32(static_cast<int64_t>(op.getKeys()) - 1));
    Value first = b.max(b.sub(position, b.i32(shape[2] - 1)), b.i32(0));
    Value start = b.rowStart(result, row);
    b.columns(shape[2], [&](Value column, Value mask) {
      Value s = b.add(b.add(b.splat(b.toI32(column)), b.iota()), b.splat(first));
      Value inside = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, s, b.splat(last));
      b.storeVector(arith::SelectOp::create(b, inside, s, b.splat(b.i32(-1))), result,
                    b.add(start, column), mask);
    });
  });
  return success();
}

LogicalResult emitFillFuture(KernelBuilder &b, Operation *anchor) {
  auto op = cast<FillFutureOp>(anchor);
  ArrayRef<int64_t> shape = shapeOfTensor(op.getScores());
  View rows{{}, b.getF32Type(), SmallVector<int64_t>(shape), {}, 0};
  b.rowsPhase(rows, [&](Value row) {
    View scores = b.view(op.getScores()), result = b.view(op.getResult());
    Value reach = b.splat(b.toI32(positionOf(b, op.getQueryOffset(), b.rem(row, shape[1]))));
    Value from = b.rowStart(scores, row), to = b.rowStart(result, row);
    b.columns(shape[2], [&](Value column, Value mask) {
      Value s = b.add(b.splat(b.toI32(column)), b.iota());
      Value past = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, s, reach);
      Value score = b.loadVector(scores, b.add(from, column), mask);
      Value filled =
          arith::SelectOp::create(b, past, score, b.splat(op.getValue().convertToDouble()));
      b.storeVector(filled, result, b.add(to, column), mask);
    });
  });
  return success();
}

LogicalResult emitGather(KernelBuilder &b, Operation *anchor) {
  auto op = cast<GatherOp>(anchor);
  ArrayRef<int64_t> shape = shapeOfTensor(op.getIndices());
  b.phase(shape[0] * shape[1], [&](Value item) {
    View x = mergedRows(b, b.view(op.getInput()), 2), y = mergedRows(b, b.view(op.getResult()), 3);
    View indices = b.view(op.getIndices());
    Value batch = b.div(item, shape[1]), t = b.rem(item, shape[1]), zero = b.index(0);
    b.loop(0, shape[2], 1, [&](Value slot) {
      Value chosen = b.load(indices, {batch, t, slot}),
            target = b.linear(y, {batch, t, slot, zero});
      Value valid = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, chosen, b.i32(0));
      Value source =
          b.linear(x, {batch, b.toIndex(arith::MaxSIOp::create(b, chosen, b.i32(0))), zero});
      Value keep = b.splat(arith::SelectOp::create(b, valid, b.f32(1), b.f32(0)));
      b.columns(x.columns(), [&](Value column, Value mask) {
        Value v = arith::MulFOp::create(b, b.loadVector(x, b.add(source, column), mask), keep);
        b.storeVector(v, y, b.add(target, column), mask);
      });
    });
  });
  return success();
}

/// One batch is one item: rows are added in (t, j) order.
LogicalResult emitGatherGrad(KernelBuilder &b, Operation *anchor) {
  auto op = cast<GatherGradOp>(anchor);
  ArrayRef<int64_t> shape = shapeOfTensor(op.getIndices());
  b.phase(shape[0], [&](Value batch) {
    View grad = mergedRows(b, b.view(op.getGrad()), 3),
         result = mergedRows(b, b.view(op.getResult()), 2);
    View indices = b.view(op.getIndices());
    Value zero = b.index(0);
    b.loop(0, result.shape[1], 1, [&](Value row) {
      Value at = b.linear(result, {batch, row, zero});
      b.columns(result.columns(), [&](Value column, Value mask) {
        b.storeVector(b.splat(0.0), result, b.add(at, column), mask);
      });
    });
    b.loop(0, shape[1] * shape[2], 1, [&](Value number) {
      Value t = b.div(number, shape[2]), slot = b.rem(number, shape[2]);
      Value chosen = b.load(indices, {batch, t, slot}),
            source = b.linear(grad, {batch, t, slot, zero});
      b.when(arith::CmpIOp::create(b, arith::CmpIPredicate::sge, chosen, b.i32(0)), [&] {
        Value at = b.linear(result, {batch, b.toIndex(chosen), zero});
        b.columns(result.columns(), [&](Value column, Value mask) {
          Value sum = arith::AddFOp::create(b, b.loadVector(result, b.add(at, column), mask),
                                            b.loadVector(grad, b.add(source, column), mask));
          b.storeVector(sum, result, b.add(at, column), mask);
        });
      });
    });
  });
  return success();
}

} // namespace dsa::cpu
