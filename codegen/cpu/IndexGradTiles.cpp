// Three products a tile of queries and keys: the scores' signs, and the sums for queries and keys.
#include "codegen/cpu/IndexGradTiles.h"
#include "codegen/cpu/IndexScores.h"
#include "dialect/Shapes.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

/// Rows (t, j) of one block, about: they should stay in the caches beside a panel of keys.
static constexpr int64_t kRows = 128;

IndexGradTiles::IndexGradTiles(KernelBuilder &b, IndexScoresGradOp op, Value indices)
    : b(b), op(op), indices(indices), heads(dim(op.getQuery(), 2)), depth(lastDim(op.getQuery())),
      places(indices ? lastDim(indices) : dim(op.getIndexKey(), 1)),
      tile{b.isa().registers >= 32 ? 8 : 4, 2} {}

int64_t IndexGradTiles::tokens() const {
  if (indices)
    return 1;
  auto fitting = static_cast<uint64_t>(std::max<int64_t>(1, kRows / heads));
  return std::min<int64_t>(kQueryBlock, llvm::bit_floor(fitting));
}
int64_t IndexGradTiles::paddedPlaces() const {
  return llvm::alignTo(places, panel());
}
int64_t IndexGradTiles::paddedDepth() const {
  return llvm::alignTo(depth, panel());
}

void IndexGradTiles::allocate() {
  Type f32 = b.getF32Type();
  for (View *view : {&query, &weighted, &sums})
    *view = b.scratch(f32, {rows(), paddedDepth()});
  key = b.scratch(f32, {panel(), paddedDepth()});
  transposed = b.scratch(f32, {depth, panel()});
  factors = b.scratch(f32, {rows(), panel()});
}

/// Rows of queries beyond the last one repeat it.
void IndexGradTiles::loadQueries(Value batch, Value t) {
  View from = b.view(op.getQuery()), weights = b.view(op.getWeight());
  for (const View &view : {query, weighted, sums})
    b.loop(0, view.elements(), b.lanes(), [&](Value at) { b.storeVector(b.splat(0.0), view, at); });
  b.loop(0, rows(), 1, [&](Value row) {
    Value token = b.min(b.add(t, b.div(row, heads)), b.index(from.shape[1] - 1));
    Value head = b.rem(row, heads), w = b.splat(b.load(weights, {batch, token, head}));
    Value source = b.linear(from, {batch, token, head, b.index(0)});
    Value target = b.rowStart(query, row);
    b.columns(depth, [&](Value d, Value mask) {
      Value q = b.loadVector(from, b.add(source, d), mask), at = b.add(target, d);
      b.storeVector(q, query, at);
      b.storeVector(arith::MulFOp::create(b, q, w), weighted, at);
    });
  });
}

/// Whether any query asks for a key of the panel at `s`: most of the future is not asked for.
Value IndexGradTiles::isAsked(const View &asked, Value row, Value s) {
  Value none = b.constant(b.vectorType(b.getI1Type()), 0);
  auto any = b.loop(b.index(0), b.index(tokens()), 1, none, [&](Value token, ValueRange carried) {
    Value some = carried[0], at = b.add(b.rowStart(asked, b.add(row, token)), s);
    for (int64_t vector = 0; vector < tile.vectors; ++vector) {
      Value x = b.loadVector(asked, b.add(at, vector * b.lanes()));
      Value differs = arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, x, b.splat(0.0));
      some = arith::OrIOp::create(b, some, differs);
    }
    return KernelBuilder::Carried{some};
  });
  return b.less(b.index(0), b.countLanes(any[0]));
}

/// The key in a place, any key where a selection has none.
Value IndexGradTiles::keyAt(Value batch, Value t, Value place) {
  if (!indices)
    return place;
  Value chosen = b.load(b.view(indices), {batch, t, place});
  return b.toIndex(arith::MaxSIOp::create(b, chosen, b.i32(0)));
}

/// The panel of keys at place `s` as rows, zero beyond the last place and column, and turned.
void IndexGradTiles::loadKeys(Value batch, Value t, Value s) {
  View from = b.view(op.getIndexKey());
  Value count = b.min(b.index(panel()), b.sub(b.index(places), s));
  b.loop(0, key.elements(), b.lanes(), [&](Value at) { b.storeVector(b.splat(0.0), key, at); });
  b.loop(b.index(0), count, 1, [&](Value row) {
    Value source = b.linear(from, {batch, keyAt(batch, t, b.add(s, row)), b.index(0)});
    Value target = b.rowStart(key, row);
    b.columns(depth, [&](Value d, Value mask) {
      b.storeVector(b.loadVector(from, b.add(source, d), mask), key, b.add(target, d));
    });
  });
  for (int64_t lane = 0; lane < panel(); lane += b.lanes()) {
    SmallVector<Value> starts;
    for (int64_t row = 0; row < b.lanes(); ++row)
      starts.push_back(b.index((lane + row) * paddedDepth()));
    packTransposed(b, key, starts, depth, transposed, b.index(lane), panel());
  }
}

/// factors[(t, j)][s] = asked[t][s] where the product of query and key is positive.
void IndexGradTiles::chooseFactors(const View &asked, Value firstRow, Value s) {
  rowTiles(b, b.index(rows()), rows(), tile.rows, [&](Value row, int64_t count) {
    TileShape shape{count, tile.vectors};
    TileLeft left{query, rowStarts(b, query, row, count), 1};
    TileRight right{transposed, b.index(0), panel()};
    auto dots = multiplyTile(b, shape, left, right, b.index(depth), depth, zeroTile(b, shape));
    for (int64_t i = 0; i < count; ++i) {
      Value number = b.add(row, i), token = b.add(firstRow, b.div(number, heads));
      Value source = b.add(b.rowStart(asked, token), s), target = b.rowStart(factors, number);
      for (int64_t vector = 0; vector < tile.vectors; ++vector) {
        int64_t column = vector * b.lanes();
        Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT,
                                               dots[i * tile.vectors + vector], b.splat(0.0));
        Value wanted = b.loadVector(asked, b.add(source, column));
        b.storeVector(arith::SelectOp::create(b, positive, wanted, b.splat(0.0)), factors,
                      b.add(target, column));
      }
    }
  });
}

void IndexGradTiles::addQuerySums() {
  rowTiles(b, b.index(rows()), rows(), tile.rows, [&](Value row, int64_t count) {
    TileShape shape{count, tile.vectors};
    TileLeft left{factors, rowStarts(b, factors, row, count), 1};
    b.loop(0, paddedDepth(), panel(), [&](Value column) {
      Value at = b.add(b.rowStart(sums, row), column);
      auto added = multiplyTile(b, shape, left, {key, column, paddedDepth()}, b.index(panel()),
                                panel(), loadTile(b, shape, sums, at, paddedDepth()));
      storeTile(b, shape, added, sums, at, paddedDepth());
    });
  });
}

void IndexGradTiles::addKeySums(const View &keySums, Value item, Value s) {
  b.loop(0, panel(), tile.rows, [&](Value number) {
    TileLeft left{factors, {}, panel()};
    for (int64_t i = 0; i < tile.rows; ++i)
      left.first.push_back(b.add(number, i));
    b.loop(0, paddedDepth(), panel(), [&](Value column) {
      Value at = b.linear(keySums, {item, b.add(s, number), column});
      auto added = multiplyTile(b, tile, left, {weighted, column, paddedDepth()}, b.index(rows()),
                                rows(), loadTile(b, tile, keySums, at, paddedDepth()));
      storeTile(b, tile, added, keySums, at, paddedDepth());
    });
  });
}

/// The same key by key, of one query: where its places with a gradient point.
void IndexGradTiles::scatterKeySums(Value batch, Value t, const View &asked, Value row, Value s,
                                    const View &keySums, Value item) {
  Value count = b.min(b.index(panel()), b.sub(b.index(places), s));
  b.loop(b.index(0), count, 1, [&](Value number) {
    Value place = b.add(s, number), wanted = b.load(asked, {row, place});
    b.when(arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, wanted, b.f32(0)), [&] {
      Value target = b.linear(keySums, {item, keyAt(batch, t, place), b.index(0)});
      TileShape shape{1, tile.vectors};
      b.loop(0, paddedDepth(), panel(), [&](Value column) {
        Value at = b.add(target, column);
        auto added =
            multiplyTile(b, shape, {factors, {number}, panel()}, {weighted, column, paddedDepth()},
                         b.index(rows()), rows(), loadTile(b, shape, keySums, at, paddedDepth()));
        storeTile(b, shape, added, keySums, at, paddedDepth());
      });
    });
  });
}

void IndexGradTiles::store(Value batch, Value t, Value end) {
  View queryGrad = b.resultOrWorkspace(op.getQueryGrad(), 3),
       weightGrad = b.resultOrWorkspace(op.getWeightGrad(), 4), weights = b.view(op.getWeight());
  Value count = b.mul(b.min(b.index(tokens()), b.sub(end, t)), heads);
  b.loop(b.index(0), count, 1, [&](Value row) {
    Value token = b.add(t, b.div(row, heads)), head = b.rem(row, heads);
    Value source = b.rowStart(sums, row);
    Value target = b.linear(queryGrad, {batch, token, head, b.index(0)});
    Value w = b.splat(b.load(weights, {batch, token, head}));
    b.columns(depth, [&](Value d, Value mask) {
      Value u = b.loadVector(sums, b.add(source, d));
      b.storeVector(arith::MulFOp::create(b, u, w), queryGrad, b.add(target, d), mask);
    });
    b.store(rowProduct(b, depth, query, source, sums, source), weightGrad, {batch, token, head});
  });
}

void IndexGradTiles::block(Value batch, Value t, Value end, const View &asked, Value row,
                           const View &keySums, Value item) {
  loadQueries(batch, t);
  b.loop(0, places, panel(), [&](Value s) {
    b.when(isAsked(asked, row, s), [&] {
      loadKeys(batch, t, s);
      chooseFactors(asked, row, s);
      addQuerySums();
      if (indices)
        scatterKeySums(batch, t, asked, row, s, keySums, item);
      else
        addKeySums(keySums, item, s);
    });
  });
  store(batch, t, end);
}

} // namespace dsa::cpu
