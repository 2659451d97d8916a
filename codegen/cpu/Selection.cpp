// The kernels of selection: of given scores, of index scores that live in tiles only, and of
// windows.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/IndexScores.h"
#include "codegen/cpu/TopKFold.h"
#include "codegen/cpu/Visibility.h"
#include "dialect/Shapes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Keys of one piece of a row.
constexpr int64_t kPiece = 512;
/// Queries of one item where scores are computed: a panel of keys stays in L1 while they pass.
constexpr int64_t kQueries = 16;

/// index_scores, perhaps fill_future, and top_k: pieces of scores of a block of queries are
/// computed into scratch and folded at once.
class IndexTopK {
public:
  IndexTopK(KernelBuilder &b, TopKOp op)
      : b(b), op(op), fill(op.getScores().getDefiningOp<FillFutureOp>()),
        tiles(b, (fill ? fill.getScores() : op.getScores()).getDefiningOp<IndexScoresOp>()) {}

  void emit();

private:
  void block(Value batch, Value from, Value to);
  void piece(Value batch, Value from, Value to, Value first, Value end);
  void tile(Value batch, Value t, Value s, Value place);
  Value reach(Value t);
  void zeros(Value rows);

  KernelBuilder &b;
  TopKOp op;
  FillFutureOp fill;
  IndexScoreTiles tiles;
  View scores; ///< of one piece, [kQueries, kPiece], rows apart in cache
};

} // namespace

void IndexTopK::emit() {
  tiles.packPhase();
  ArrayRef<int64_t> shape = shapeOf(op.getResult());
  auto blocks = static_cast<int64_t>(llvm::divideCeil(shape[1], kQueries));
  b.phase(shape[0] * blocks, [&](Value item) {
    // The last queries see the most keys: their blocks come first.
    Value number = b.sub(b.index(blocks - 1), b.rem(item, blocks));
    Value from = b.mul(number, kQueries);
    block(b.div(item, blocks), from, b.min(b.add(from, kQueries), b.index(shape[1])));
  });
}

void IndexTopK::block(Value batch, Value from, Value to) {
  scores = b.scratch(b.getF32Type(), {kQueries, kPiece + b.lanes()});
  TopKFold fold(b, op, kQueries, kPiece);
  Value limit = fold.limit(b.sub(to, b.index(1))), zero = b.index(0), rows = b.sub(to, from);
  fold.open(rows);
  // Where every visible key is chosen, scores matter only if one is NaN.
  Value few = b.less(limit, b.index(static_cast<int64_t>(op.getK()) + 1));
  Value given = arith::AndIOp::create(b, few, tiles.areNumbers(batch, from, to, limit));
  b.loop(zero, limit, kPiece, [&](Value first) {
    Value end = b.min(b.add(first, kPiece), limit);
    b.when(given, [&] { zeros(rows); }, [&] { piece(batch, from, to, first, end); });
    b.loop(zero, rows, 1, [&](Value row) {
      fold.step(row, batch, b.add(from, row), scores, b.rowStart(scores, row), first, end);
    });
  });
  b.loop(zero, rows, 1, [&](Value row) { fold.close(row, batch, b.add(from, row)); });
}

void IndexTopK::zeros(Value rows) {
  b.loop(b.index(0), rows, 1, [&](Value row) {
    b.columns(kPiece, [&](Value column, Value) {
      b.storeVector(b.splat(0.0), scores, b.add(b.rowStart(scores, row), column));
    });
  });
}

/// The scores of queries [from, to) and keys [first, end), rounded up to whole tiles.
void IndexTopK::piece(Value batch, Value from, Value to, Value first, Value end) {
  b.loop(first, end, tiles.panel(), [&](Value s) {
    b.loop(from, to, tiles.tokens(), [&](Value t) {
      Value place = b.add(b.rowStart(scores, b.sub(t, from)), b.sub(s, first));
      tile(batch, t, s, place);
    });
  });
}

/// One tile of scores at flat element `place`; a tile that lies in the future is filled.
void IndexTopK::tile(Value batch, Value t, Value s, Value place) {
  auto store = [&](int64_t token, int64_t vector, Value value) {
    b.storeVector(value, scores, b.add(place, token * scores.strides[0] + vector * b.lanes()));
  };
  if (!fill)
    return tiles.emit(batch, t, s, store);
  Value value = b.splat(fill.getValue().convertToDouble());
  b.when(
      b.less(reach(tiles.query(t, tiles.tokens() - 1)), s),
      [&] {
        for (int64_t number = 0; number < 2 * tiles.tokens(); ++number)
          store(number / 2, number % 2, value);
      },
      [&] {
        tiles.emit(batch, t, s, [&](int64_t token, int64_t vector, Value score) {
          Value key = b.add(b.splat(b.toI32(b.add(s, vector * b.lanes()))), b.iota());
          Value last = b.splat(b.toI32(reach(tiles.query(t, token))));
          Value past = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, key, last);
          store(token, vector, arith::SelectOp::create(b, past, score, value));
        });
      });
}

/// The last key that is not filled for query t.
Value IndexTopK::reach(Value t) {
  return positionOf(b, fill.getQueryOffset(), t);
}

LogicalResult emitTopK(KernelBuilder &b, Operation *anchor) {
  auto op = cast<TopKOp>(anchor);
  if (!b.hasBuffer(op.getScores())) {
    IndexTopK(b, op).emit();
    return success();
  }
  ArrayRef<int64_t> shape = shapeOf(op.getScores());
  b.phase(shape[0] * shape[1], [&](Value item) {
    View scores = b.view(op.getScores());
    Value batch = b.div(item, shape[1]), t = b.rem(item, shape[1]), row = b.index(0);
    TopKFold fold(b, op, 1, kPiece);
    fold.open(b.index(1));
    Value end = fold.limit(t), start = b.linear(scores, {batch, t, b.index(0)});
    b.loop(row, end, kPiece, [&](Value first) {
      fold.step(row, batch, t, scores, b.add(start, first), first,
                b.min(b.add(first, kPiece), end));
    });
    fold.close(row, batch, t);
  });
  return success();
}

LogicalResult emitWindow(KernelBuilder &b, Operation *anchor) {
  auto op = cast<WindowOp>(anchor);
  ArrayRef<int64_t> shape = shapeOf(op.getResult());
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

} // namespace dsa::cpu
