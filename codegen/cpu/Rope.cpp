// Rotary positions: a table of cosines and sines, then one pass over the rows.
#include "codegen/cpu/Families.h"
#include "codegen/cpu/Visibility.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numbers>

using namespace mlir;

namespace dsa::cpu {
namespace {

/// Writes one rope op. Table columns are those of the rotated slice; y = x cos + partner(x) sin,
/// the sine signed, both multiplied by the magnitude.
struct RopeEmitter {
  KernelBuilder &b;
  RopeOp op;
  int64_t length, heads, columns, width, first;
  bool interleaved, inverse;

  RopeEmitter(KernelBuilder &b, RopeOp op) : b(b), op(op) {
    auto shape = cast<RankedTensorType>(op.getInput().getType()).getShape();
    length = shape[1], heads = shape[2], columns = shape[3];
    width = static_cast<int64_t>(op.getWidth()), first = static_cast<int64_t>(op.getFirst());
    interleaved = op.getPairing() == RopePairing::Interleaved, inverse = op.getInverse();
  }

  View table(unsigned slot) { return b.workspace(slot, b.getF32Type(), {length, width}); }
  int64_t pairOf(int64_t column) const { return interleaved ? column / 2 : column % (width / 2); }
  bool negative(int64_t column) const {
    bool upper = interleaved ? column % 2 == 1 : column >= width / 2;
    return upper == inverse;
  }

  void tableRow(Value t);
  void rotateRow(Value row);
  void rotateScalars(const View &x, Value start, const View &y, Value target, Value t);
};

/// cos and signed sin of (offset + t) f for all columns. The angle is reduced in double, in
/// turns.
void RopeEmitter::tableRow(Value t) {
  Value position = positionOf(b, op.getPositionOffset(), t);
  Type f64 = b.getF64Type(), wide = b.vectorType(f64);
  Value real =
      arith::SIToFPOp::create(b, f64, b.createOrFold<arith::IndexCastOp>(b.getI64Type(), position));
  View cosines = table(0), sines = table(1);
  Value start = b.rowStart(cosines, t);
  auto magnitude = static_cast<float>(op.getMagnitude().convertToDouble());
  for (int64_t column = 0; column < width; column += b.lanes()) {
    SmallVector<double> turns;
    SmallVector<float> signs;
    for (int64_t lane = column; lane < column + b.lanes(); ++lane) {
      turns.push_back(lane < width ? op.getFrequency(pairOf(lane)) / (2 * std::numbers::pi) : 0);
      signs.push_back(lane < width && negative(lane) ? -magnitude : magnitude);
    }
    auto constant = [&](Type type, auto values) -> Value {
      return arith::ConstantOp::create(
          b, DenseElementsAttr::get(cast<ShapedType>(type), ArrayRef(values)));
    };
    Value angle =
        arith::MulFOp::create(b, vector::BroadcastOp::create(b, wide, real), constant(wide, turns));
    Value fraction = arith::SubFOp::create(b, angle, math::RoundEvenOp::create(b, angle));
    Value radians =
        arith::MulFOp::create(b, arith::TruncFOp::create(b, b.vectorType(b.getF32Type()), fraction),
                              b.splat(2 * std::numbers::pi));
    Value mask = column + b.lanes() <= width ? Value() : b.maskBelow(b.index(width - column));
    Value at = b.add(start, column);
    Value cosine = b.cosine(radians);
    if (magnitude != 1.0f)
      cosine = arith::MulFOp::create(b, cosine, b.splat(magnitude));
    b.storeVector(cosine, cosines, at, mask);
    Value sine =
        arith::MulFOp::create(b, b.sine(radians), constant(b.vectorType(b.getF32Type()), signs));
    b.storeVector(sine, sines, at, mask);
  }
}

/// The slow form, for halves that are no whole vectors.
void RopeEmitter::rotateScalars(const View &x, Value start, const View &y, Value target, Value t) {
  View cosines = table(0), sines = table(1);
  Value tableStart = b.rowStart(cosines, t);
  int64_t half = width / 2;
  b.loop(0, width, 1, [&](Value column) {
    Value partner = b.rem(b.add(column, half), width);
    auto at = [&](Value where) { return b.add(b.add(start, where), first); };
    Value rotated = arith::MulFOp::create(b, b.loadAt(x, at(partner)),
                                          b.loadAt(sines, b.add(tableStart, column)));
    Value result =
        b.fma(b.loadAt(x, at(column)), b.loadAt(cosines, b.add(tableStart, column)), rotated);
    b.storeAt(result, y, b.add(b.add(target, column), first));
  });
}

void RopeEmitter::rotateRow(Value row) {
  View x = b.view(op.getInput()), y = b.view(op.getResult());
  Value t = b.rem(b.div(row, heads), length), start = b.rowStart(x, row),
        target = b.rowStart(y, row);
  auto passThrough = [&](int64_t from, int64_t count) {
    b.columns(count, [&](Value column, Value mask) {
      Value v = b.loadVector(x, b.add(b.add(start, column), from), mask);
      b.storeVector(v, y, b.add(b.add(target, column), from), mask);
    });
  };
  passThrough(0, first);
  passThrough(first + width, columns - first - width);
  if (!interleaved && (width / 2) % b.lanes() != 0)
    return rotateScalars(x, start, y, target, t);
  View cosines = table(0), sines = table(1);
  Value tableStart = b.rowStart(cosines, t);
  auto swapped = llvm::to_vector(
      llvm::map_range(llvm::seq<int64_t>(0, b.lanes()), [](int64_t lane) { return lane ^ 1; }));
  b.columns(width, [&](Value column, Value mask) {
    Value v = b.loadVector(x, b.add(b.add(start, column), first), mask), partner;
    if (interleaved) {
      partner = vector::ShuffleOp::create(b, v, v, swapped);
    } else {
      Value other = b.rem(b.add(column, width / 2), width);
      partner = b.loadVector(x, b.add(b.add(start, other), first), mask);
    }
    Value at = b.add(tableStart, column);
    Value rotated = arith::MulFOp::create(b, partner, b.loadVector(sines, at, mask));
    b.storeVector(b.fma(v, b.loadVector(cosines, at, mask), rotated), y,
                  b.add(b.add(target, column), first), mask);
  });
}

} // namespace

LogicalResult emitRope(KernelBuilder &b, Operation *anchor) {
  RopeEmitter rope(b, cast<RopeOp>(anchor));
  b.phase(rope.length, [&](Value t) { rope.tableRow(t); });
  auto type = cast<RankedTensorType>(anchor->getResult(0).getType());
  View shape{{}, type.getElementType(), SmallVector<int64_t>(type.getShape()), {}, 0};
  b.rowsPhase(shape, [&](Value row) { rope.rotateRow(row); });
  return success();
}

} // namespace dsa::cpu
