// Derivative of slices: siblings that tile one axis become one concatenation, gaps become zeros.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "passes/ReverseMode.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;
using namespace dsa;

namespace {
/// A gradient that covers [first, first + size) of one axis and all of every other axis.
struct Piece {
  int64_t axis, first;
  Value gradient;
  int64_t end() const { return first + dim(gradient, axis); }
};
} // namespace

static Value zeros(OpBuilder &builder, Location location, RankedTensorType type) {
  Attribute zero = builder.getZeroAttr(type.getElementType());
  return arith::ConstantOp::create(builder, location, DenseElementsAttr::get(type, zero));
}

static RankedTensorType withExtent(RankedTensorType type, int64_t axis, int64_t extent) {
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] = extent;
  return RankedTensorType::get(shape, type.getElementType());
}

/// Concatenates disjoint `pieces`, ascending, of an axis of `extent` entries, with zeros in the
/// gaps.
static Value fillAxis(OpBuilder &builder, Location location, ArrayRef<Piece> pieces,
                      int64_t extent) {
  SmallVector<Value> parts;
  int64_t axis = pieces.front().axis, covered = 0;
  RankedTensorType type = tensorType(pieces.front().gradient);
  auto fillTo = [&](int64_t end) {
    if (end > covered)
      parts.push_back(zeros(builder, location, withExtent(type, axis, end - covered)));
  };
  for (const Piece &piece : pieces) {
    fillTo(piece.first);
    parts.push_back(piece.gradient);
    covered = piece.end();
  }
  fillTo(extent);
  if (parts.size() == 1)
    return parts.front();
  return tensor::ConcatOp::create(builder, location, axis, parts);
}

/// Undoes rank reduction and pads every cut axis but the first, so that one axis is left to tile.
static Piece pieceOf(OpBuilder &builder, SliceGradient slice) {
  Location location = slice.slice.getLoc();
  ArrayRef<int64_t> sizes = slice.slice.getStaticSizes(), offsets = slice.slice.getStaticOffsets();
  ArrayRef<int64_t> whole = slice.slice.getSourceType().getShape();
  auto full = RankedTensorType::get(sizes, slice.slice.getSourceType().getElementType());
  Piece piece{-1, 0, slice.gradient};
  if (full != slice.gradient.getType()) {
    auto groups = getReassociationIndicesForReshape(full, tensorType(slice.gradient));
    assert(groups && "a rank-reducing slice drops unit axes only");
    piece.gradient =
        tensor::ExpandShapeOp::create(builder, location, full, slice.gradient, *groups);
  }
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    if (size == whole[axis])
      continue;
    Piece cut{static_cast<int64_t>(axis), offsets[axis], piece.gradient};
    if (piece.axis < 0)
      piece = cut;
    else
      piece.gradient = fillAxis(builder, location, cut, whole[axis]);
  }
  if (piece.axis < 0)
    piece.axis = 0;
  return piece;
}

SmallVector<Value> dsa::gradientsOfSliced(OpBuilder &builder, Value source,
                                          ArrayRef<SliceGradient> slices) {
  SmallVector<Piece> pieces;
  for (const SliceGradient &slice : slices) {
    Piece piece = pieceOf(builder, slice);
    auto *twin = llvm::find_if(pieces, [&](const Piece &other) {
      return other.axis == piece.axis && other.first == piece.first && other.end() == piece.end();
    });
    if (twin == pieces.end())
      pieces.push_back(piece);
    else
      twin->gradient =
          AddOp::create(builder, piece.gradient.getLoc(), twin->gradient, piece.gradient);
  }
  llvm::sort(pieces, [](const Piece &a, const Piece &b) {
    return std::tuple(a.axis, a.first, a.end()) < std::tuple(b.axis, b.first, b.end());
  });
  SmallVector<Value> gradients;
  while (!pieces.empty()) {
    // One layer: the pieces of one axis that do not overlap, taken from the left.
    SmallVector<Piece> layer, rest;
    for (const Piece &piece : pieces)
      if (layer.empty() || (piece.axis == layer.back().axis && piece.first >= layer.back().end()))
        layer.push_back(piece);
      else
        rest.push_back(piece);
    gradients.push_back(fillAxis(builder, source.getLoc(), layer, dim(source, layer.front().axis)));
    pieces = std::move(rest);
  }
  return gradients;
}
