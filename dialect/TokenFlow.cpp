// The data flow of the causality proof: joining facts, and moving them through views and unknown
// ops.
#include "dialect/TokenFlow.h"

#include "dialect/Interfaces.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dsa {

//===--- Bounds, sights and facts ---===//

/// Whether `a` comes before `b` in the program; the input, which no op brought in, comes first.
static bool comesFirst(const Cause &a, const Cause &b) {
  if (!a.op || !b.op)
    return !a.op;
  return a.op->getBlock() == b.op->getBlock() && a.op->isBeforeInBlock(b.op);
}

void Bound::join(const Bound &other) {
  if (!other.any())
    return;
  if (!any()) {
    *this = other;
    return;
  }
  bool bothExact = exact && other.exact && last == other.last;
  if (other.last > last || (other.last == last && comesFirst(other.cause, cause)))
    *this = other;
  exact = bothExact;
}

Bound Bound::shifted(int64_t tokens) const {
  Bound moved = *this;
  if (any())
    moved.last += tokens;
  return moved;
}

Bound Bound::blaming(Cause reader) const {
  Bound blamed = *this;
  if (any() && !cause.op)
    blamed.cause = reader;
  return blamed;
}

void Sight::join(const Sight &other) {
  home = !reach.any() ? other.home : !other.reach.any() ? home : std::min(home, other.home);
  reach.join(other.reach);
  everywhere.join(other.everywhere);
}

void Sight::lookAt(const Sight &keys, int64_t count, std::optional<int64_t> last, Cause cause) {
  everywhere.join(keys.everywhere);
  if (!keys.reach.any())
    return;
  bool all = !last || *last >= count - 1;
  int64_t furthest = all ? count - 1 : *last;
  Bound seen = keys.reach.shifted(furthest);
  seen.exact &= count == 1;
  if (furthest > 0)
    seen.cause = cause;
  (all ? everywhere : reach).join(seen);
}

void TokenFact::join(const TokenAxis &axis) {
  for (TokenAxis &mine : axes)
    if (mine.stride == axis.stride && mine.length == axis.length) {
      mine.home = std::min(mine.home, axis.home);
      mine.reach.join(axis.reach);
      return;
    }
  axes.push_back(axis);
}

void TokenFact::join(const TokenFact &other, Operation *op) {
  if (permutation != other.permutation && any() && other.any()) {
    Cause cause{op, "it pairs rows of different order"};
    *this = widened(cause);
    everywhere.join(other.widest(cause));
    return;
  }
  if (other.permutation)
    permutation = other.permutation;
  for (const TokenAxis &axis : other.axes)
    join(axis);
  everywhere.join(other.everywhere);
}

Bound TokenFact::widest(Cause cause) const {
  Bound bound = everywhere.blaming(cause);
  for (const TokenAxis &axis : axes) {
    Bound end = axis.reach.shifted(axis.length - 1);
    end.cause = cause;
    end.exact &= axis.length == 1;
    bound.join(end);
  }
  return bound;
}

TokenFact TokenFact::widened(Cause cause) const {
  TokenFact fact;
  fact.everywhere = widest(cause);
  return fact;
}

void TokenFact::print(raw_ostream &os) const {
  auto printAxis = [&](const TokenAxis &axis, StringRef row) {
    os << (axis.reach.exact ? "own(" : "past(") << row;
    if (axis.reach.last)
      os << (axis.reach.last > 0 ? " + " : " - ") << std::abs(axis.reach.last);
    os << ")";
  };
  if (axes.size() == 2) {
    os << "pair(";
    printAxis(axes[0], "t");
    os << ", ";
    printAxis(axes[1], "s");
    os << ")";
  } else {
    llvm::interleave(axes, os, [&](const TokenAxis &axis) { printAxis(axis, "t"); }, " and ");
  }
  if (everywhere.any())
    os << (axes.empty() ? "" : " and ") << "all(" << everywhere.last << ")";
  if (!any())
    os << "none";
  if (permutation)
    os << " under a permutation";
}

//===--- Where an axis lies in a shape ---===//

/// Elements between neighbours along each dimension of `shape`, row-major.
static SmallVector<int64_t> stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t d = static_cast<int64_t>(shape.size()) - 2; d >= 0; --d)
    strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

/// Whether dimension `d` is exactly the token axis.
static bool isAlong(const TokenAxis &axis, ArrayRef<int64_t> shape, unsigned d) {
  return axis.length == shape[d] && axis.stride == stridesOf(shape)[d];
}

/// The dimension that holds the whole axis, alone or merged with its neighbours.
static std::optional<unsigned> dimensionOf(const TokenAxis &axis, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides = stridesOf(shape);
  std::optional<unsigned> merged;
  for (unsigned d = 0; d < shape.size(); ++d) {
    if (isAlong(axis, shape, d))
      return d;
    if (axis.stride % strides[d] == 0 && axis.stride * axis.length <= strides[d] * shape[d])
      merged = merged.value_or(d);
  }
  return merged;
}

//===--- The flow ---===//

TokenFlow::TokenFlow(BlockArgument tokens) {
  TokenFact own;
  own.axes.push_back({1, dim(tokens, 1), 0, Bound{0, true, {}}});
  set(tokens, own);
}

const TokenFact &TokenFlow::fact(Value value) const {
  static const TokenFact none;
  auto found = facts.find(value);
  return found == facts.end() ? none : found->second;
}

std::optional<int64_t> TokenFlow::range(Value indices) const {
  auto found = ranges.find(indices);
  return found == ranges.end() ? std::nullopt : std::optional<int64_t>(found->second);
}

void TokenFlow::transfer(Operation *op) {
  if (auto flow = dyn_cast<TokenFlowOpInterface>(op))
    return flow.transferTokenFlow(*this);
  if (auto slicing = dyn_cast<tensor::ExtractSliceOp>(op))
    return slice(slicing);
  if (auto joining = dyn_cast<tensor::ConcatOp>(op))
    return concat(joining);
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::CastOp>(op)) {
    const TokenFact &source = fact(op->getOperand(0));
    bool reordered = source.permutation && source.any();
    return set(op->getResult(0),
               reordered ? source.widened({op, "it reshapes dispatched rows"}) : TokenFact(source));
  }
  if (OpTrait::hasElementwiseMappableTraits(op))
    return elementwise(op);
  mix(op, "its token flow is not known");
}

/// Whether all elements of `value` are the same, so that it cannot tell one row from another.
static bool isUniform(Value value) {
  DenseElementsAttr constant;
  return matchPattern(value, m_Constant(&constant)) && constant.isSplat();
}

/// Why reading the places of a dispatch as data tells where other tokens went.
static constexpr StringLiteral kReadsPlaces = "it reads places that depend on where all tokens go";

void TokenFlow::elementwise(Operation *op) {
  bool permuted = llvm::any_of(op->getOperands(), [&](Value v) { return fact(v).permutation; });
  for (Value result : op->getResults()) {
    TokenFact joined;
    bool byNumber = false;
    for (Value operand : op->getOperands()) {
      const TokenFact &read = fact(operand);
      bool samePlace = shapeOf(operand) == shapeOf(result);
      TokenFact taken = samePlace ? read : read.widened({op, "it reads all of an operand"});
      taken.everywhere = taken.everywhere.blaming({op, kReadsPlaces});
      joined.join(taken, op);
      byNumber |= samePlace && permuted && !read.permutation && !isUniform(operand);
    }
    if (byNumber)
      joined = joined.widened({op, "it tells dispatched rows apart by their number"});
    set(result, joined);
  }
}

void TokenFlow::rowwise(Operation *op, int64_t rows, ValueRange inputs, ValueRange shared) {
  for (Value result : op->getResults()) {
    int64_t width = tensorType(result).getNumElements() / std::max<int64_t>(rows, 1);
    TokenFact joined;
    for (Value input : inputs)
      joined.join(width ? rowFact(input, rows, width, op)
                        : fact(input).widened({op, "it sums over tokens"}),
                  op);
    for (Value whole : shared)
      joined.everywhere.join(fact(whole).widest({op, "every row reads all of an operand"}));
    set(result, joined);
  }
}

void TokenFlow::mix(Operation *op, StringRef why) {
  TokenFact joined;
  for (Value operand : op->getOperands())
    joined.everywhere.join(fact(operand).widest({op, why}));
  for (Value result : op->getResults())
    set(result, joined);
}

TokenFact TokenFlow::rowFact(Value value, int64_t rows, int64_t width, Operation *op) const {
  const TokenFact &source = fact(value);
  int64_t from = tensorType(value).getNumElements() / std::max<int64_t>(rows, 1);
  TokenFact result;
  result.permutation = source.permutation;
  result.everywhere = source.everywhere.blaming({op, kReadsPlaces});
  for (TokenAxis axis : source.axes) {
    if (from > 0 && axis.stride % from == 0) {
      axis.stride = axis.stride / from * width;
      result.join(axis);
      continue;
    }
    TokenFact inside;
    inside.axes.push_back(axis);
    result.everywhere.join(inside.widest({op, "it sums over tokens"}));
  }
  return result;
}

Sight TokenFlow::along(Value value, unsigned dimension, Operation *op,
                       std::optional<unsigned> ignored) const {
  const TokenFact &source = fact(value);
  Cause cause{op, "its rows are not the token rows"};
  Sight sight;
  if (source.permutation) {
    sight.everywhere = source.widest(cause);
    return sight;
  }
  sight.everywhere = source.everywhere;
  for (const TokenAxis &axis : source.axes) {
    if (isAlong(axis, shapeOf(value), dimension)) {
      sight.join(Sight{axis.reach, {}, axis.home});
    } else if (!ignored || !isAlong(axis, shapeOf(value), *ignored)) {
      TokenFact across;
      across.axes.push_back(axis);
      sight.everywhere.join(across.widest(cause));
    }
  }
  return sight;
}

void TokenFlow::setRows(Value value, int64_t stride, int64_t length, const Sight &sight) {
  TokenFact result;
  result.everywhere = sight.everywhere;
  if (sight.reach.any())
    result.axes.push_back({stride, length, sight.home, sight.reach});
  set(value, result);
}

//===--- Views ---===//

void TokenFlow::slice(tensor::ExtractSliceOp op) {
  const TokenFact &source = fact(op.getSource());
  Cause cause{op, "it cuts across the token axis"};
  ArrayRef<int64_t> shape = shapeOf(op.getSource()), offsets = op.getStaticOffsets(),
                    sizes = op.getStaticSizes();
  auto whole = [&](unsigned d) { return offsets[d] == 0 && sizes[d] == shape[d]; };
  bool isStatic = !ShapedType::isDynamicShape(offsets) && !ShapedType::isDynamicShape(sizes) &&
                  llvm::all_of(op.getStaticStrides(), [](int64_t step) { return step == 1; });
  if (!isStatic || (source.permutation && !whole(0)))
    return set(op.getResult(), source.widened(cause));
  // Dropping dimensions of size 1 does not renumber elements, so the full sizes give the strides.
  SmallVector<int64_t> before = stridesOf(shape), after = stridesOf(sizes);
  TokenFact result;
  result.permutation = source.permutation;
  result.everywhere = source.everywhere;
  for (const TokenAxis &axis : source.axes) {
    std::optional<unsigned> d = dimensionOf(axis, shape);
    if (d && isAlong(axis, shape, *d)) {
      result.join(TokenAxis{after[*d], sizes[*d], axis.home + offsets[*d],
                            axis.reach.shifted(offsets[*d])});
    } else if (d && whole(*d)) {
      result.join(
          TokenAxis{axis.stride / before[*d] * after[*d], axis.length, axis.home, axis.reach});
    } else {
      TokenFact across;
      across.axes.push_back(axis);
      result.everywhere.join(across.widest(cause));
    }
  }
  set(op.getResult(), result);
}

void TokenFlow::concat(tensor::ConcatOp op) {
  unsigned joined = op.getDim();
  ArrayRef<int64_t> shape = shapeOf(op.getResult());
  SmallVector<int64_t> after = stridesOf(shape);
  TokenFact result;
  int64_t start = 0;
  for (Value input : op.getInputs()) {
    const TokenFact &source = fact(input);
    SmallVector<int64_t> before = stridesOf(shapeOf(input));
    TokenFact piece;
    piece.permutation = source.permutation;
    piece.everywhere = source.everywhere;
    for (const TokenAxis &axis : source.axes) {
      std::optional<unsigned> d = dimensionOf(axis, shapeOf(input));
      if (d && *d != joined) {
        piece.join(
            TokenAxis{axis.stride / before[*d] * after[*d], axis.length, axis.home, axis.reach});
      } else if (d && isAlong(axis, shapeOf(input), *d) && !source.permutation) {
        piece.join(TokenAxis{after[*d], shape[*d], axis.home - start, axis.reach.shifted(-start)});
      } else {
        TokenFact across;
        across.axes.push_back(axis);
        piece.everywhere.join(across.widest({op, "it joins across the token axis"}));
      }
    }
    result.join(piece, op);
    start += dim(input, joined);
  }
  set(op.getResult(), result);
}

} // namespace dsa
