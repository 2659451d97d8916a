// Indexer ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/ScoreBody.h"
#include "dialect/Shapes.h"
#include "dialect/Visibility.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/OpImplementation.h"

#include <cmath>

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/IndexerOps.cpp.inc"

//===--- index_scores ---===//

/// The constraints of the indexer's operands, C1 to C3 of index_scores and of its gradient.
template <typename Op> static LogicalResult verifyIndexOperands(Op op) {
  Value query = op.getQuery(), key = op.getIndexKey(), weight = op.getWeight();
  // index_scores_c1 index_scores_grad_c1
  if (failed(expectElement(op, "index key", key, elementOf(query))) ||
      failed(expectElement(op, "weight", weight, elementOf(query))))
    return failure();
  // index_scores_c2 index_scores_grad_c2
  if (failed(expectShape(op, "index key", key, {dim(query, 0), dim(key, 1), lastDim(query)})))
    return failure();
  // index_scores_c3 index_scores_grad_c3
  return expectShape(op, "weight", weight, shapeOf(query).drop_back());
}

LogicalResult IndexScoresOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location, Adaptor in,
                                              SmallVectorImpl<Type> &types) {
  ArrayRef<int64_t> query = shapeOf(in.getQuery());
  types.assign(
      {tensorOf(elementOf(in.getQuery()), {query[0], query[1], dim(in.getIndexKey(), 1)})});
  return success();
}

LogicalResult IndexScoresOp::verify() {
  return verifyIndexOperands(*this);
}

Cost IndexScoresOp::getCost() {
  int64_t terms =
      tensorType(getQuery()).getNumElements() / lastDim(getQuery()) * dim(getIndexKey(), 1);
  return costOf(getOperation(), 2 * terms * lastDim(getQuery()), 3 * terms);
}

void IndexScoresOp::transferTokenFlow(TokenFlow &flow) {
  int64_t queries = dim(getQuery(), 1), keys = dim(getIndexKey(), 1);
  Sight rows = flow.along(getQuery(), 1, getOperation());
  rows.join(flow.along(getWeight(), 1, getOperation()));
  Sight columns = flow.along(getIndexKey(), 1, getOperation());
  flow.setRows(getResult(), keys, queries, rows);
  TokenFact pair = flow.fact(getResult());
  pair.everywhere.join(columns.everywhere);
  if (columns.reach.any())
    pair.join(TokenAxis{1, keys, columns.home, columns.reach});
  flow.set(getResult(), pair);
}

LogicalResult IndexScoresOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                      SmallVectorImpl<Value> &operandGrads) {
  if (!resultGrads[0])
    return success();
  auto grad = IndexScoresGradOp::create(builder, getLoc(), resultGrads[0], getQuery(),
                                        getIndexKey(), getWeight(), getScaleAttr());
  llvm::copy(grad.getResults(), operandGrads.begin());
  return success();
}

LogicalResult IndexScoresGradOp::inferReturnTypes(MLIRContext *context,
                                                  std::optional<Location> location, Adaptor in,
                                                  SmallVectorImpl<Type> &types) {
  types.assign({in.getQuery().getType(), in.getIndexKey().getType(), in.getWeight().getType()});
  return success();
}

LogicalResult IndexScoresGradOp::verify() {
  if (failed(verifyIndexOperands(*this)))
    return failure();
  // index_scores_grad_c4
  if (failed(expectElement(*this, "grad", getGrad(), elementOf(getQuery()))))
    return failure();
  return expectShape(*this, "grad", getGrad(),
                     {dim(getQuery(), 0), dim(getQuery(), 1), dim(getIndexKey(), 1)});
}

Cost IndexScoresGradOp::getCost() {
  int64_t terms =
      tensorType(getQuery()).getNumElements() / lastDim(getQuery()) * dim(getIndexKey(), 1);
  return costOf(getOperation(), 6 * terms * lastDim(getQuery()), 5 * terms);
}

void IndexScoresGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), kGradientMixes);
}

//===--- fill_future ---===//

LogicalResult FillFutureOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                             Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getScores().getType()});
  return success();
}

LogicalResult FillFutureOp::verify() {
  // fill_future_c1
  if (getValue().isNaN())
    return emitOpError("expected a value that can be ranked, got NaN");
  return success();
}

Cost FillFutureOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void FillFutureOp::transferTokenFlow(TokenFlow &flow) {
  // A filled entry is a constant: what is left of row t has read keys s <= offset + t only.
  std::optional<int64_t> last = positionOfRowZero(getQueryOffset());
  if (!last)
    return flow.elementwise(getOperation());
  Sight sight = flow.along(getScores(), 1, getOperation(), 2);
  sight.lookAt(flow.along(getScores(), 2, getOperation(), 1), lastDim(getScores()), last,
               {getOperation(), "it keeps scores of keys s > t"});
  flow.setRows(getResult(), lastDim(getScores()), dim(getScores(), 1), sight);
}

LogicalResult FillFutureOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                     SmallVectorImpl<Value> &operandGrads) {
  if (resultGrads[0])
    operandGrads[0] = FillFutureOp::create(builder, getLoc(), resultGrads[0], getQueryOffset(),
                                           builder.getF64FloatAttr(0.0));
  return success();
}

//===--- top_k ---===//

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                       Adaptor in, SmallVectorImpl<Type> &types) {
  int64_t k = std::max<int64_t>(in.getK(), 0); // a k < 1 is the verifier's to refuse
  types.assign({tensorOf(IntegerType::get(context, 32),
                         {dim(in.getScores(), 0), dim(in.getScores(), 1), k})});
  return success();
}

LogicalResult TopKOp::verify() {
  // top_k_c1
  if (static_cast<int64_t>(getK()) < 1)
    return emitOpError("expected k >= 1, got ") << static_cast<int64_t>(getK());
  // top_k_c2
  return verifySegments(*this, dim(getScores(), 0), dim(getScores(), 1), dim(getScores(), 2));
}

Cost TopKOp::getCost() {
  // One comparison a visible score.
  int64_t queries = dim(getScores(), 1), keys = dim(getScores(), 2);
  return costOf(getOperation(), 0,
                dim(getScores(), 0) *
                    visiblePairs(queries, keys, keys, getCausal(), getQueryOffset()));
}

void TopKOp::transferTokenFlow(TokenFlow &flow) {
  // Two facts: the choice has read these tokens, and the set holds these keys.
  std::optional<int64_t> last = maskOf(*this);
  int64_t keys = lastDim(getScores());
  Sight sight = flow.along(getScores(), 1, getOperation(), 2);
  sight.lookAt(flow.along(getScores(), 2, getOperation(), 1), keys, last,
               {getOperation(), "it ranks scores of keys s > t"});
  if (Value segments = getQuerySegments())
    sight.join(flow.along(segments, 1, getOperation()));
  if (Value segments = getKeySegments())
    sight.lookAt(flow.along(segments, 1, getOperation()), keys, last,
                 {getOperation(), "it reads segments of keys s > t"});
  if (Value offset = getQueryOffset())
    sight.everywhere.join(
        flow.fact(offset).widest({getOperation(), "its query_offset reads tokens"}));
  flow.setRows(getResult(), getK(), dim(getScores(), 1), sight);
  if (last)
    flow.setRange(getResult(), *last);
}

//===--- window ---===//

LogicalResult WindowOp::verify() {
  // window_c1
  if (failed(expectInteger(*this, lastDim(getResult()) >= 1, "k >= 1", lastDim(getResult()))))
    return failure();
  // window_c2
  int64_t keys = static_cast<int64_t>(getKeys());
  return expectInteger(*this, keys >= 1, "keys >= 1", keys);
}

Cost WindowOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void WindowOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "its query_offset reads tokens");
  if (std::optional<int64_t> last = positionOfRowZero(getQueryOffset()))
    flow.setRange(getResult(), *last);
}

//===--- index_kl ---===//

/// What the loss and its gradient both demand of the support.
template <typename Op> static LogicalResult verifySupport(Op op) {
  Value scores = op.getScores();
  // index_kl_c6 index_kl_grad_c2
  if (op.getIndices() && failed(verifySelection(op, dim(scores, 0), dim(scores, 1))))
    return failure();
  // index_kl_c7 index_kl_grad_c4
  return verifySegments(op, dim(scores, 0), dim(scores, 1), dim(scores, 2));
}

/// Keys that a row of the support holds places for: k, or Lk without indices.
template <typename Op> static int64_t placesOf(Op op) {
  return lastDim(op.getIndices() ? Value(op.getIndices()) : Value(op.getScores()));
}

/// Pairs of the support of all sequences.
template <typename Op> static int64_t supportPairs(Op op) {
  Value scores = op.getScores();
  return dim(scores, 0) * visiblePairs(dim(scores, 1), dim(scores, 2), placesOf(op), op.getCausal(),
                                       op.getQueryOffset());
}

LogicalResult IndexKlOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          Adaptor in, SmallVectorImpl<Type> &types) {
  ArrayRef<int64_t> rows = shapeOf(in.getScores()).drop_back();
  Type element = elementOf(in.getScores());
  types.assign(
      {tensorOf(element, {}), tensorOf(element, rows), tensorOf(element, rows, placesOf(in))});
  return success();
}

/// The op that has made what `value` hands on through detachments, casts and views; null if it
/// comes from outside.
static Operation *sourceOf(Value value) {
  Operation *op = value.getDefiningOp();
  // Verifiers meet programs whose values are not in order yet, and go around in no circle.
  llvm::SmallPtrSet<Operation *, 4> passed;
  while (isa_and_nonnull<DetachOp, CastOp, tensor::ExtractSliceOp, tensor::ExpandShapeOp,
                         tensor::CollapseShapeOp>(op) &&
         passed.insert(op).second)
    op = op->getOperand(0).getDefiningOp();
  return op;
}

/// The attention that the loss imitates, C1 to C5 and C8 of index_kl and C1, C6 and C7 of its
/// gradient.
template <typename Op> static LogicalResult verifyImitated(Op op) {
  Value scores = op.getScores(), query = op.getQuery(), keys = op.getKeys();
  int64_t batch = dim(scores, 0), rows = dim(scores, 1), heads = dim(query, 2);
  Type element = elementOf(scores);
  // index_kl_c1 index_kl_grad_c1
  if (failed(expectElement(op, "query", query, element)) ||
      failed(expectElement(op, "keys", keys, element)) ||
      failed(expectElement(op, "lse", op.getLse(), statisticOf(element))))
    return failure();
  // index_kl_c2 index_kl_grad_c6
  if (failed(expectShape(op, "query", query, {batch, rows, heads, lastDim(query)})))
    return failure();
  // index_kl_c3
  int64_t keyHeads = dim(keys, 2);
  if (failed(expectShape(op, "keys", keys, {batch, dim(scores, 2), keyHeads, lastDim(query)})))
    return failure();
  // index_kl_c4
  if (keyHeads == 0 || heads % keyHeads != 0)
    return op.emitOpError("expected query heads to be a multiple of ")
           << keyHeads << " key heads, got " << heads;
  // index_kl_c5
  if (failed(expectShape(op, "lse", op.getLse(), {batch, heads, rows})))
    return failure();
  // index_kl_c8 index_kl_grad_c7
  if (scoreBodyOf(sourceOf(op.getLse())))
    return op.emitOpError("expected the lse of an attention without a score body, got that of one "
                          "that has a body");
  return success();
}

LogicalResult IndexKlOp::verify() {
  if (failed(verifyImitated(*this)))
    return failure();
  return verifySupport(*this);
}

Cost IndexKlOp::getCost() {
  // A head's pair: scale, difference, exponential, sum. A pair: quotient, two logarithms' worth of
  // softmax (maximum, difference, exponential, sum) and the term of the loss (logarithm,
  // difference, product, sum).
  int64_t pairs = supportPairs(*this), heads = dim(getQuery(), 2);
  return costOf(getOperation(), 2 * pairs * heads * lastDim(getQuery()), (4 * heads + 9) * pairs);
}

void IndexKlOp::transferTokenFlow(TokenFlow &flow) {
  int64_t queries = dim(getScores(), 1), count = lastDim(getScores());
  std::optional<int64_t> last = maskOf(*this);
  Cause cause{getOperation(), "its row compares keys s > t"};
  Sight sight = sightOfQuery(*this, flow, getQuery());
  sight.join(flow.along(getLse(), 2, getOperation()));
  if (Value indices = getIndices()) {
    std::optional<int64_t> range = flow.range(indices);
    last = last && range ? std::min(*last, *range) : last ? last : range;
    cause = followsSelection(getOperation(), indices);
    sight.join(flow.along(indices, 1, getOperation()));
  }
  for (Value read : {Value(getKeys()), Value(getKeySegments())})
    if (read)
      sight.lookAt(flow.along(read, 1, getOperation()), count, last, cause);
  flow.setRows(getTarget(), placesOf(*this), queries, sight);
  sight.join(flow.along(getScores(), 1, getOperation(), 2));
  sight.lookAt(flow.along(getScores(), 2, getOperation(), 1), count, last, cause);
  flow.setRows(getRowLoss(), 1, queries, sight);
  TokenFact all = flow.fact(getRowLoss()).widened({getOperation(), "it sums over tokens"});
  flow.set(getLoss(), all);
}

LogicalResult IndexKlOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                  SmallVectorImpl<Value> &operandGrads) {
  if (resultGrads[1] || resultGrads[2])
    return emitOpError("expected a gradient of the mean loss only, got one of ")
           << (resultGrads[1] ? "row_loss" : "target");
  if (resultGrads[0])
    operandGrads[0] =
        IndexKlGradOp::create(builder, getLoc(), resultGrads[0], getScores(), getTarget(), Value(),
                              Value(), Value(), getIndices(), getQueryOffset(), getQuerySegments(),
                              getKeySegments(), getCausalAttr(), FloatAttr());
  return success();
}

LogicalResult IndexKlGradOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location, Adaptor in,
                                              SmallVectorImpl<Type> &types) {
  types.assign({in.getScores().getType()});
  return success();
}

LogicalResult IndexKlGradOp::verify() {
  Value scores = getScores(), target = getTarget();
  // index_kl_grad_c1
  if (failed(expectElement(*this, "grad", getGrad(), elementOf(scores))) ||
      (target && failed(expectElement(*this, "target", target, elementOf(scores)))))
    return failure();
  if (failed(verifySupport(*this)))
    return failure();
  // index_kl_grad_c3
  if (target && failed(expectShape(*this, "target", target,
                                   {dim(scores, 0), dim(scores, 1), placesOf(*this)})))
    return failure();
  // index_kl_grad_c5
  bool attends = getQuery() && getKeys() && getLse() && getScale();
  if (target ? getQuery() || getKeys() || getLse() || getScale() : !attends || getIndices())
    return emitOpError("expected a target, or without indices the attention and its scale, got ")
           << (target    ? "both"
               : attends ? "indices"
                         : "neither");
  return target ? success() : verifyImitated(*this);
}

Cost IndexKlGradOp::getCost() {
  // Maximum, difference, exponential and sum; quotient, difference and product. An attention made
  // again costs what it costs the loss, and a quotient.
  int64_t pairs = supportPairs(*this);
  if (getTarget())
    return costOf(getOperation(), 0, 7 * pairs);
  int64_t heads = dim(getQuery(), 2);
  return costOf(getOperation(), 2 * pairs * heads * lastDim(getQuery()), (4 * heads + 8) * pairs);
}

void IndexKlGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), kGradientMixes);
}

//===--- the work of kernels ---===//

/// The pairs whose score `reader` looks at; nothing if it needs them all.
static std::optional<int64_t> pairsRead(Operation *reader) {
  if (auto choice = dyn_cast<TopKOp>(reader))
    return choice.getCost().vectorFlops;
  if (auto loss = dyn_cast<IndexKlOp>(reader))
    return supportPairs(loss);
  if (auto grad = dyn_cast<IndexKlGradOp>(reader))
    return supportPairs(grad);
  return std::nullopt;
}

/// The share of all pairs that a kernel of `ops` needs of `scores` or of their gradient: what their
/// readers look at.
static double shareOf(Value scores, ArrayRef<Operation *> readers, ArrayRef<Operation *> ops) {
  int64_t most = 0, all = tensorType(scores).getNumElements();
  for (Operation *reader : readers) {
    std::optional<int64_t> pairs = pairsRead(reader);
    if (!pairs || !llvm::is_contained(ops, reader))
      return 1;
    most = std::max(most, *pairs);
  }
  return all > 0 ? static_cast<double>(most) / static_cast<double>(all) : 1;
}

Cost dsa::workOf(ArrayRef<Operation *> ops) {
  Cost work;
  for (Operation *op : ops) {
    auto priced = dyn_cast<CostOpInterface>(op);
    if (!priced)
      continue;
    Cost cost = priced.getCost();
    double share = 1;
    if (auto scores = dyn_cast<IndexScoresOp>(op))
      share = shareOf(scores, llvm::to_vector(scores->getUsers()), ops);
    if (auto grad = dyn_cast<IndexScoresGradOp>(op))
      if (Operation *loss = grad.getGrad().getDefiningOp())
        share = shareOf(grad.getGrad(), loss, ops);
    work.matrixFlops += std::llround(share * static_cast<double>(cost.matrixFlops));
    work.vectorFlops += std::llround(share * static_cast<double>(cost.vectorFlops));
  }
  return work;
}
