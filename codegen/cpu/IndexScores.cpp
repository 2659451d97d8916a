// The lightning indexer's scores, and what masks them.
#include "codegen/cpu/IndexScores.h"
#include "codegen/cpu/Families.h"
#include "codegen/cpu/MicroKernel.h"
#include "codegen/cpu/Visibility.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

/// Queries whose scores one item of the grid computes.
static constexpr int64_t kQueries = 16;

Value rowProduct(KernelBuilder &b, int64_t depth, const View &left, Value x, const View &right,
                 Value y) {
  auto sums = b.columns(depth, b.splat(0.0), [&](Value d, Value mask, ValueRange carried) {
    return KernelBuilder::Carried{b.fma(b.loadVector(left, b.add(x, d), mask),
                                        b.loadVector(right, b.add(y, d), mask), carried[0])};
  });
  return b.sumLanes(sums[0]);
}

/// Rows of a register tile are heads of one query or of several.
IndexScoreTiles::IndexScoreTiles(KernelBuilder &b, IndexScoresOp op, int64_t tokens, unsigned slot)
    : b(b), op(op), slot(slot), batches(dim(op.getQuery(), 0)), queries(dim(op.getQuery(), 1)),
      heads(dim(op.getQuery(), 2)), depth(dim(op.getQuery(), 3)), keys(dim(op.getIndexKey(), 1)) {
  int64_t rows = TileShape::of(b.isa(), panel()).rows;
  auto groups = static_cast<int64_t>(llvm::divideCeil(heads, rows));
  headCount = static_cast<int64_t>(llvm::divideCeil(heads, groups));
  tokenCount = std::min<int64_t>(
      tokens, llvm::bit_floor(static_cast<uint64_t>(std::max<int64_t>(1, rows / heads))));
}

int64_t IndexScoreTiles::panels() const {
  return static_cast<int64_t>(llvm::divideCeil(keys, panel()));
}

/// Keys [batch][panel][d][key of the panel], the last panel padded with copies of the last key.
View IndexScoreTiles::packed() {
  return b.workspace(slot, b.getF32Type(), {batches, panels(), depth, panel()});
}

/// The bits of the largest magnitude in each panel.
View IndexScoreTiles::largest() {
  return b.workspace(slot + 1, b.getI32Type(), {batches, panels()});
}

/// The larger of `bits` and the bits of the magnitudes of `columns` elements: in this order NaN is
/// larger than infinity.
static Value largestOf(KernelBuilder &b, const View &view, Value start, int64_t columns,
                       Value bits) {
  auto found = b.columns(columns, b.splat(bits), [&](Value column, Value mask, ValueRange carried) {
    Value x = b.loadVector(view, b.add(start, column), mask);
    x = arith::BitcastOp::create(b, b.vectorType(b.getI32Type()), x);
    x = arith::AndIOp::create(b, x, b.splat(b.i32(INT32_MAX)));
    return KernelBuilder::Carried{b.max(x, carried[0])};
  });
  return vector::ReductionOp::create(b, vector::CombiningKind::MAXSI, found[0]);
}

void IndexScoreTiles::packPhase() {
  b.phase(batches * panels(), [&](Value item) {
    View from = b.view(op.getIndexKey());
    Value batch = b.div(item, panels()), number = b.rem(item, panels());
    Value target = b.linear(packed(), {batch, number, b.index(0), b.index(0)});
    for (int64_t lane = 0; lane < panel(); lane += b.lanes()) {
      SmallVector<Value> rows;
      for (int64_t row = 0; row < b.lanes(); ++row) {
        Value s = b.add(b.mul(number, panel()), lane + row);
        rows.push_back(b.linear(from, {batch, b.min(s, b.index(keys - 1)), b.index(0)}));
      }
      packTransposed(b, from, rows, depth, packed(), b.add(target, lane), panel());
    }
    b.store(largestOf(b, packed(), target, depth * panel(), b.i32(0)), largest(), {batch, number});
  });
}

Value IndexScoreTiles::query(Value t, int64_t token) {
  return tokenCount == 1 ? t : b.min(b.add(t, token), b.index(queries - 1));
}

/// Adds the terms of heads [head, head + count) to the scores of a tile.
KernelBuilder::Carried IndexScoreTiles::addHeads(Value batch, Value t, Value head, int64_t count,
                                                 const TileRight &right, ValueRange carried) {
  View query = b.view(op.getQuery()), weight = b.view(op.getWeight());
  TileShape tile{tokenCount * count, 2};
  TileLeft left{query, {}, 1};
  for (int64_t token = 0; token < tokenCount; ++token)
    for (int64_t number = 0; number < count; ++number)
      left.first.push_back(
          b.linear(query, {batch, this->query(t, token), b.add(head, number), b.index(0)}));
  auto dots = multiplyTile(b, tile, left, right, b.index(depth), depth, zeroTile(b, tile));
  KernelBuilder::Carried sums(carried);
  Value zero = b.splat(0.0);
  for (int64_t row = 0; row < tile.rows; ++row) {
    int64_t token = row / count;
    Value w = b.splat(b.load(weight, {batch, this->query(t, token), b.add(head, row % count)}));
    for (int64_t vector = 0; vector < 2; ++vector) {
      Value &sum = sums[token * 2 + vector];
      sum = b.fma(w, b.larger(zero, dots[row * 2 + vector]), sum);
    }
  }
  return sums;
}

void IndexScoreTiles::emit(Value batch, Value t, Value s,
                           llvm::function_ref<void(int64_t, int64_t, Value)> body) {
  View panels = packed();
  emit(batch, t,
       TileRight{panels, b.linear(panels, {batch, b.div(s, panel()), b.index(0), b.index(0)}),
                 panel()},
       body);
}

void IndexScoreTiles::emit(Value batch, Value t, const TileRight &right,
                           llvm::function_ref<void(int64_t, int64_t, Value)> body) {
  KernelBuilder::Carried sums(tokenCount * 2, b.splat(0.0));
  int64_t whole = heads / headCount * headCount;
  if (whole == headCount)
    sums = addHeads(batch, t, b.index(0), headCount, right, sums);
  else
    sums = b.loop(b.index(0), b.index(whole), headCount, sums, [&](Value head, ValueRange carried) {
      return addHeads(batch, t, head, headCount, right, carried);
    });
  if (whole < heads)
    sums = addHeads(batch, t, b.index(whole), heads - whole, right, sums);
  double scale = op.getScale().convertToDouble();
  for (auto [number, sum] : llvm::enumerate(sums)) {
    Value score = scale == 1.0 ? sum : arith::MulFOp::create(b, sum, b.splat(scale));
    body(static_cast<int64_t>(number) / 2, static_cast<int64_t>(number) % 2, score);
  }
}

Value IndexScoreTiles::areNumbers(Value batch, Value from, Value to, Value keyCount) {
  auto toFloat = [&](Value bits) { return arith::BitcastOp::create(b, b.getF32Type(), bits); };
  auto largestRow = [&](Value tensor) -> Value {
    View view = b.view(tensor);
    SmallVector<Value> first(view.rank(), b.index(0));
    first[0] = batch;
    int64_t rows = view.rank() == 4 ? heads : 1;
    auto found =
        b.loop(b.mul(from, rows), b.mul(to, rows), 1, b.i32(0), [&](Value row, ValueRange carried) {
          first[1] = b.div(row, rows);
          if (rows > 1)
            first[2] = b.rem(row, rows);
          return KernelBuilder::Carried{
              largestOf(b, view, b.linear(view, first), view.columns(), carried[0])};
        });
    return toFloat(found[0]);
  };
  Value used = b.div(b.add(keyCount, panel() - 1), panel());
  auto bits = b.loop(b.index(0), used, 1, b.i32(0), [&](Value number, ValueRange carried) {
    return KernelBuilder::Carried{b.max(b.load(largest(), {batch, number}), carried[0])};
  });
  auto product = [&](Value x, Value y) -> Value { return arith::MulFOp::create(b, x, y); };
  Value dot = product(product(largestRow(op.getQuery()), toFloat(bits[0])),
                      b.f32(static_cast<double>(depth)));
  Value sum = product(product(dot, largestRow(op.getWeight())), b.f32(static_cast<double>(heads)));
  // A bound far from overflow leaves room for rounding; comparisons with NaN are false.
  auto small = [&](Value x) -> Value {
    return arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, b.f32(1.0e38));
  };
  return arith::AndIOp::create(b, small(dot), small(sum));
}

LogicalResult emitIndexScores(KernelBuilder &b, Operation *anchor) {
  auto op = cast<IndexScoresOp>(anchor);
  IndexScoreTiles tiles(b, op);
  tiles.packPhase();
  ArrayRef<int64_t> shape = shapeOf(op.getResult());
  auto blocks = static_cast<int64_t>(llvm::divideCeil(shape[1], kQueries));
  b.phase(shape[0] * blocks, [&](Value item) {
    View result = b.view(op.getResult());
    Value batch = b.div(item, blocks), from = b.mul(b.rem(item, blocks), kQueries);
    Value to = b.min(b.add(from, kQueries), b.index(shape[1]));
    auto store = [&](Value s, int64_t count) {
      b.loop(from, to, tiles.tokens(), [&](Value t) {
        tiles.emit(batch, t, s, [&](int64_t token, int64_t vector, Value scores) {
          int64_t first = vector * b.lanes(), left = count - first;
          Value at = b.add(b.linear(result, {batch, tiles.query(t, token), s}), first);
          if (left >= b.lanes())
            b.storeVector(scores, result, at);
          else if (left > 0)
            b.storeVector(scores, result, at, b.maskBelow(b.index(left)));
        });
      });
    };
    int64_t whole = shape[2] / tiles.panel() * tiles.panel();
    b.loop(0, whole, tiles.panel(), [&](Value s) { store(s, tiles.panel()); });
    if (whole < shape[2])
      store(b.index(whole), shape[2] - whole);
  });
  return success();
}

LogicalResult emitFillFuture(KernelBuilder &b, Operation *anchor) {
  auto op = cast<FillFutureOp>(anchor);
  ArrayRef<int64_t> shape = shapeOf(op.getScores());
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

} // namespace dsa::cpu
