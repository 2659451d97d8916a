// Reading the rows of an index loss, and folding them.
#include "codegen/cpu/SupportRows.h"

#include "codegen/cpu/IndexScores.h"
#include "codegen/cpu/MicroKernel.h"
#include "dialect/Shapes.h"

using namespace mlir;

namespace dsa::cpu {

/// Scores of places that hold no key, and a bound between them and every score that counts.
static constexpr double kMasked = -3.0e38, kBarelySeen = -1.0e38;

/// Both conditions; `x` may be null.
static Value both(KernelBuilder &b, Value x, Value y) {
  return x ? Value(arith::AndIOp::create(b, x, y)) : y;
}

/// Where the packed keys lie: behind the workspaces of every kernel that has rows.
static constexpr unsigned kPanelSlot = 6;

static IndexScoreTiles tilesOf(SupportRows &rows) {
  return IndexScoreTiles(rows.b, rows.producer, rows.indices ? 1 : INT64_MAX, kPanelSlot);
}

void SupportRows::packPhase() {
  if (scoresKeys())
    tilesOf(*this).packPhase();
}

void SupportRows::allocate() {
  score = b.scratch(b.getF32Type(), {paddedPlaces()});
  share = b.scratch(b.getF32Type(), {paddedPlaces()});
  if (scoresKeys())
    tile = b.scratch(b.getF32Type(), {tilesOf(*this).tokens(), paddedPlaces()});
  else if (producer)
    panel = b.scratch(b.getF32Type(), {lastDim(producer.getIndexKey()), 2 * b.lanes()});
}

void SupportRows::scoreKeys(Value batch, Value first) {
  IndexScoreTiles tiles = tilesOf(*this);
  Value limit = b.index(keys);
  if (causal) {
    Value end = b.add(b.toIndex(reach(first)), tiles.tokens());
    limit = b.min(b.max(end, b.index(0)), limit);
  }
  b.loop(b.index(0), limit, tiles.panel(), [&](Value s) {
    tiles.emit(batch, first, s, [&](int64_t token, int64_t vector, Value scores) {
      b.storeVector(scores, tile, b.add(b.add(s, vector * b.lanes()), token * tile.columns()));
    });
  });
}

void SupportRows::forRows(Value batch, Value from, Value to,
                          llvm::function_ref<void(Value t)> body) {
  if (!scoresKeys())
    return b.loop(from, to, 1, body);
  int64_t tokens = tilesOf(*this).tokens();
  b.loop(from, to, tokens, [&](Value first) {
    tileStart = first;
    scoreKeys(batch, first);
    b.loop(first, b.min(b.add(first, tokens), to), 1, body);
  });
}

Value SupportRows::reach(Value t) {
  return b.toI32(positionOf(b, offset, t));
}

Value SupportRows::seenLanes(Value batch, Value t, Value column, Value mask) {
  Value seen = mask;
  if (causal) {
    Value s = b.add(b.splat(b.toI32(column)), b.iota());
    seen = both(b, seen, arith::CmpIOp::create(b, arith::CmpIPredicate::sle, s, b.splat(reach(t))));
  }
  if (querySegments) {
    View others = b.view(keySegments);
    Value own = b.splat(b.load(b.view(querySegments), {batch, t}));
    Value other = b.loadVector(others, b.linear(others, {batch, column}), mask);
    seen = both(b, seen, arith::CmpIOp::create(b, arith::CmpIPredicate::eq, other, own));
  }
  return seen;
}

void SupportRows::readKeys(Value batch, Value t,
                           llvm::function_ref<Value(Value column, Value mask)> shareAt) {
  View from = scoresKeys() ? tile : b.view(scores);
  Value start =
      scoresKeys() ? b.rowStart(tile, b.sub(t, tileStart)) : b.linear(from, {batch, t, b.index(0)});
  b.columns(keys, [&](Value column, Value mask) {
    Value z = b.loadVector(from, b.add(start, column), mask), p = shareAt(column, mask);
    if (Value seen = seenLanes(batch, t, column, mask)) {
      z = arith::SelectOp::create(b, seen, z, b.splat(kMasked));
      p = arith::SelectOp::create(b, seen, p, b.splat(0.0));
    }
    b.storeVector(z, score, column);
    b.storeVector(p, share, column);
  });
  for (int64_t at = llvm::alignTo(keys, b.lanes()); at < paddedPlaces(); at += b.lanes()) {
    b.storeVector(b.splat(kMasked), score, b.index(at));
    b.storeVector(b.splat(0.0), share, b.index(at));
  }
}

Value SupportRows::keyAt(Value batch, Value t, Value place) {
  Value chosen = b.load(b.view(indices), {batch, t, b.min(place, b.index(places - 1))});
  return b.toIndex(arith::MaxSIOp::create(b, chosen, b.i32(0)));
}

void SupportRows::scoreSelected(Value batch, Value t) {
  IndexScoreTiles tiles = tilesOf(*this);
  View from = b.view(producer.getIndexKey());
  b.loop(0, paddedPlaces(), tiles.panel(), [&](Value first) {
    for (int64_t lane = 0; lane < tiles.panel(); lane += b.lanes()) {
      SmallVector<Value> rows;
      for (int64_t row = 0; row < b.lanes(); ++row) {
        Value s = keyAt(batch, t, b.add(first, lane + row));
        rows.push_back(b.linear(from, {batch, s, b.index(0)}));
      }
      packTransposed(b, from, rows, lastDim(producer.getIndexKey()), panel, b.index(lane),
                     tiles.panel());
    }
    tiles.emit(batch, t, TileRight{panel, b.index(0), tiles.panel()},
               [&](int64_t, int64_t vector, Value scores) {
                 b.storeVector(scores, score, b.add(first, vector * b.lanes()));
               });
  });
}

void SupportRows::readSelected(Value batch, Value t,
                               llvm::function_ref<Value(Value place, Value s)> shareAt) {
  View chosenKeys = b.view(indices);
  if (producer)
    scoreSelected(batch, t);
  b.loop(0, places, 1, [&](Value place) {
    Value chosen = b.load(chosenKeys, {batch, t, place}),
          seen = isVisible(b, *this, batch, t, chosen);
    Value s = b.toIndex(arith::MaxSIOp::create(b, chosen, b.i32(0)));
    Value z = producer ? b.loadAt(score, place) : b.load(b.view(scores), {batch, t, s});
    Value p = shareAt(place, s);
    b.storeAt(arith::SelectOp::create(b, seen, z, b.f32(kMasked)), score, place);
    b.storeAt(arith::SelectOp::create(b, seen, p, b.f32(0)), share, place);
  });
  b.loop(places, paddedPlaces(), 1, [&](Value place) {
    b.storeAt(b.f32(kMasked), score, place);
    b.storeAt(b.f32(0), share, place);
  });
}

Value SupportRows::fold(Value init, llvm::function_ref<Value(Value at, Value carried)> body) {
  return b.loop(b.index(0), b.index(paddedPlaces()), b.lanes(), init,
                [&](Value at, ValueRange carried) {
                  return KernelBuilder::Carried{body(at, carried[0])};
                })[0];
}

Value SupportRows::largestScore() {
  return b.maxLanes(fold(b.splat(kMasked), [&](Value at, Value carried) -> Value {
    return b.larger(carried, b.loadVector(score, at));
  }));
}

Value SupportRows::isPlace(Value z) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, z, b.splat(kBarelySeen));
}

Value SupportRows::weightAt(Value at, Value top) {
  Value z = b.loadVector(score, at), weight = b.exp(arith::SubFOp::create(b, z, b.splat(top)));
  return arith::SelectOp::create(b, isPlace(z), weight, b.splat(0.0));
}

Value SupportRows::sumOfWeights(Value top) {
  return b.sumLanes(fold(b.splat(0.0), [&](Value at, Value carried) -> Value {
    return arith::AddFOp::create(b, carried, weightAt(at, top));
  }));
}

Value SupportRows::sumOfShares() {
  return b.sumLanes(fold(b.splat(0.0), [&](Value at, Value carried) -> Value {
    return arith::AddFOp::create(b, carried, b.loadVector(share, at));
  }));
}

Value SupportRows::orOne(Value value) {
  Value positive = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, value, b.f32(0));
  return arith::SelectOp::create(b, positive, value, b.f32(1));
}

void SupportRows::noteKey(Value batch, Value t, Value top) {
  Value some =
      top ? arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, top, b.f32(kBarelySeen)) : Value();
  if (!top && causal)
    some = arith::CmpIOp::create(b, arith::CmpIPredicate::sge, reach(t), b.i32(0));
  if (!some)
    return b.store(b.f32(1), hasKey(), {batch, t});
  b.store(arith::SelectOp::create(b, some, b.f32(1), b.f32(0)), hasKey(), {batch, t});
}

void SupportRows::noteVisible(Value batch, Value t) {
  auto counts = b.columns(keys, b.splat(0.0), [&](Value column, Value mask, ValueRange carried) {
    Value seen = seenLanes(batch, t, column, mask);
    return KernelBuilder::Carried{
        arith::SelectOp::create(b, seen, b.splat(1.0), carried[0]).getResult()};
  });
  b.store(b.maxLanes(counts[0]), hasKey(), {batch, t});
}

void SupportRows::noteSelected(Value batch, Value t) {
  View chosenKeys = b.view(indices);
  auto most =
      b.loop(b.index(0), b.index(places), 1, b.f32(0), [&](Value place, ValueRange carried) {
        Value seen = isVisible(b, *this, batch, t, b.load(chosenKeys, {batch, t, place}));
        return KernelBuilder::Carried{
            arith::SelectOp::create(b, seen, b.f32(1), carried[0]).getResult()};
      });
  b.store(most[0], hasKey(), {batch, t});
}

Value SupportRows::sumOfRows(const View &view) {
  Type f64 = b.getF64Type();
  return b.loop(b.index(0), b.index(batches * queries), 1, b.constant(f64, 0),
                [&](Value row, ValueRange carried) {
                  Value wide =
                      arith::ExtFOp::create(b, f64, b.loadAt(view, b.elementAt(view, row)));
                  return KernelBuilder::Carried{arith::AddFOp::create(b, carried[0], wide)};
                })[0];
}

} // namespace dsa::cpu
