// Attention ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/ScoreBody.h"
#include "dialect/Shapes.h"
#include "dialect/Visibility.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

/// `{^bb0(...): ...}`, whose names may be those of values outside.
static ParseResult parseScoreBody(OpAsmParser &parser, Region &score) {
  return parser.parseRegion(score, /*arguments=*/{}, /*enableNameShadowing=*/true);
}

static void printScoreBody(OpAsmPrinter &printer, Operation *, Region &score) {
  printer.printRegion(score);
}

#define GET_OP_CLASSES
#include "dialect/AttentionOps.cpp.inc"

//===--- What the ops of this family share ---===//

/// Pairs of all heads and sequences of an attention op; `limit` bounds the keys of one row.
template <typename Op> static int64_t attentionPairs(Op op, int64_t limit) {
  return dim(op.getQuery(), 0) * dim(op.getQuery(), 2) *
         visiblePairs(dim(op.getQuery(), 1), dim(op.getKeys(), 1), limit, op.getCausal(),
                      op.getQueryOffset());
}

/// FLOPs of the element-wise part of a softmax for one pair: scale, maximum, exponential, sum.
static constexpr int64_t kSoftmaxFlops = 5;
/// FLOPs of the element-wise part of its gradient for one pair: exponential, difference, product,
/// scale.
static constexpr int64_t kSoftmaxGradFlops = 5;

template <typename Op> static Cost forwardCost(Op op, int64_t limit) {
  int64_t pairs = attentionPairs(op, limit);
  int64_t widths = lastDim(op.getQuery()) + lastDim(op.getValues());
  return costOf(op.getOperation(), 2 * pairs * widths,
                (kSoftmaxFlops + flopsOfScoreBody(op)) * pairs);
}

/// Five products: the scores again, dp = do v, dv, dq and dk. delta = do . o is one reduction a
/// row.
template <typename Op> static Cost backwardCost(Op op, int64_t limit) {
  int64_t pairs = attentionPairs(op, limit);
  int64_t widths = 3 * lastDim(op.getQuery()) + 2 * lastDim(op.getValues());
  int64_t delta = 2 * tensorType(op.getOutput()).getNumElements();
  // What a score body adds: itself, its derivative, and the product with that.
  int64_t revision = scoreBodyOf(op) ? flopsOfScoreBody(op) + 1 : 0;
  return costOf(op.getOperation(), 2 * pairs * widths,
                (kSoftmaxGradFlops + revision) * pairs + delta);
}

/// The constraints of every op with query, keys and values, C1 to C6 of each.
template <typename Op> static LogicalResult verifyAttention(Op op) {
  Value query = op.getQuery(), keys = op.getKeys(), values = op.getValues();
  int64_t batch = dim(query, 0), queries = dim(query, 1), heads = dim(query, 2);
  int64_t rows = dim(keys, 1), keyHeads = dim(keys, 2);
  // attention_c1 attention_grad_c1 sparse_attention_c1 sparse_attention_grad_c1
  if (failed(expectElement(op, "keys", keys, elementOf(query))) ||
      failed(expectElement(op, "values", values, elementOf(query))))
    return failure();
  // attention_c2 attention_grad_c2 sparse_attention_c2 sparse_attention_grad_c2
  if (failed(expectShape(op, "keys", keys, {batch, rows, keyHeads, lastDim(query)})))
    return failure();
  // attention_c3 attention_grad_c3 sparse_attention_c3 sparse_attention_grad_c3
  if (failed(expectShape(op, "values", values, {batch, rows, keyHeads, lastDim(values)})))
    return failure();
  // attention_c4 attention_grad_c4 sparse_attention_c4 sparse_attention_grad_c4
  if (keyHeads == 0 || heads % keyHeads != 0)
    return op.emitOpError("expected query heads to be a multiple of ")
           << keyHeads << " key heads, got " << heads;
  // attention_c5 attention_grad_c5 sparse_attention_c5 sparse_attention_grad_c5
  if (failed(verifySegments(op, batch, queries, rows)))
    return failure();
  // attention_c6 attention_grad_c6 sparse_attention_c6 sparse_attention_grad_c6
  return expectDropout(op, op.getDropoutAttr(), op.getKey());
}

/// The constraints of the score body of every op of attention, if there is one.
template <typename Op> static LogicalResult verifyScore(Op op) {
  Value query = op.getQuery();
  return verifyScoreBody(op, elementOf(query),
                         {dim(query, 1), dim(op.getKeys(), 1), dim(query, 2)});
}

/// What the gradients of attention read besides: do and o [B, Lq, H, Dv] and lse [B, H, Lq].
template <typename Op> static LogicalResult verifyAttentionGrad(Op op) {
  Value query = op.getQuery();
  int64_t batch = dim(query, 0), queries = dim(query, 1), heads = dim(query, 2);
  SmallVector<int64_t> output = {batch, queries, heads, lastDim(op.getValues())};
  if (failed(expectElement(op, "grad", op.getGrad(), elementOf(query))) ||
      failed(expectElement(op, "output", op.getOutput(), elementOf(query))) ||
      failed(expectElement(op, "lse", op.getLse(), statisticOf(elementOf(query)))) ||
      failed(expectShape(op, "grad", op.getGrad(), output)) ||
      failed(expectShape(op, "output", op.getOutput(), output)))
    return failure();
  return expectShape(op, "lse", op.getLse(), {batch, heads, queries});
}

/// Names results as they are called in the op; an op that names arguments has to name these too.
static void nameResults(ValueRange results, ArrayRef<StringRef> names,
                        OpAsmSetValueNameFn setName) {
  for (auto [result, name] : llvm::zip_equal(results, names))
    setName(result, name);
}

/// The result types of an attention forward op: o [B, Lq, H, Dv] and lse [B, H, Lq].
template <typename Adaptor> static void inferAttention(Adaptor in, SmallVectorImpl<Type> &types) {
  ArrayRef<int64_t> query = shapeOf(in.getQuery());
  Type element = elementOf(in.getQuery());
  types.assign({tensorOf(element, query.drop_back(), lastDim(in.getValues())),
                tensorOf(statisticOf(element), {query[0], query[2], query[1]})});
}

/// The result types of an attention gradient op: those of query, keys and values.
template <typename Adaptor>
static void inferAttentionGrad(Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getQuery().getType(), in.getKeys().getType(), in.getValues().getType()});
}

/// The gradient of an attention op needs do; the log-sum-exp is saved for it, not differentiated.
template <typename Op> static LogicalResult refuseLseGradient(Op op, ValueRange resultGrads) {
  if (resultGrads[1])
    return op.emitOpError("expected a loss that does not read lse, got a gradient for it");
  return success();
}

/// Adds what the rows see of keys, values and key segments with s <= t + *last, and sets both
/// results.
template <typename Op>
static void attend(Op op, TokenFlow &flow, Sight sight, std::optional<int64_t> last, Cause cause) {
  int64_t queries = dim(op.getQuery(), 1), count = dim(op.getKeys(), 1);
  for (Value read : {Value(op.getKeys()), Value(op.getValues()), Value(op.getKeySegments())})
    if (read)
      sight.lookAt(flow.along(read, 1, op), count, last, cause);
  flow.setRows(op.getResult(), dim(op.getQuery(), 2) * lastDim(op.getValues()), queries, sight);
  flow.setRows(op.getLse(), 1, queries, sight);
}

//===--- gather ---===//

LogicalResult GatherOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                         Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), shapeOf(in.getIndices()),
                         shapeOf(in.getInput()).drop_front(2))});
  return success();
}

LogicalResult GatherOp::verify() {
  // gather_c1
  if (dim(getInput(), 0) != dim(getIndices(), 0))
    return emitOpError("expected indices for a batch of ")
           << dim(getInput(), 0) << ", got " << dim(getIndices(), 0);
  return success();
}

Cost GatherOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void GatherOp::transferTokenFlow(TokenFlow &flow) {
  Sight sight = flow.along(getIndices(), 1, getOperation());
  sight.lookAt(flow.along(getInput(), 1, getOperation()), dim(getInput(), 1),
               flow.range(getIndices()), followsSelection(getOperation(), getIndices()));
  int64_t rows = dim(getIndices(), 0) * dim(getIndices(), 1);
  flow.setRows(getResult(), tensorType(getResult()).getNumElements() / rows, dim(getIndices(), 1),
               sight);
}

LogicalResult GatherOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                 SmallVectorImpl<Value> &operandGrads) {
  if (resultGrads[0])
    operandGrads[0] = GatherGradOp::create(builder, getLoc(), resultGrads[0], getIndices(),
                                           builder.getI64IntegerAttr(dim(getInput(), 1)));
  return success();
}

LogicalResult GatherGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                             Adaptor in, SmallVectorImpl<Type> &types) {
  int64_t rows = std::max<int64_t>(in.getRows(), 0); // rows < 1 is the verifier's to refuse
  types.assign({tensorOf(elementOf(in.getGrad()), {dim(in.getGrad(), 0), rows},
                         shapeOf(in.getGrad()).drop_front(3))});
  return success();
}

LogicalResult GatherGradOp::verify() {
  // gather_grad_c1
  if (static_cast<int64_t>(getRows()) < 1)
    return emitOpError("expected rows >= 1, got ") << static_cast<int64_t>(getRows());
  // gather_grad_c2
  return expectShape(*this, "indices", getIndices(), shapeOf(getGrad()).take_front(3));
}

Cost GatherGradOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getGrad()).getNumElements());
}

void GatherGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), kGradientMixes);
}

//===--- attention ---===//

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                            Adaptor in, SmallVectorImpl<Type> &types) {
  inferAttention(in, types);
  return success();
}

LogicalResult AttentionOp::verify() {
  return verifyAttention(*this);
}

LogicalResult AttentionOp::verifyRegions() {
  return verifyScore(*this);
}

void AttentionOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  nameResults(getResults(), {"result", "lse"}, setName);
}

void AttentionOp::getAsmBlockArgumentNames(Region &body, OpAsmSetValueNameFn setName) {
  nameScoreArguments(body, setName);
}

Cost AttentionOp::getCost() {
  return forwardCost(*this, dim(getKeys(), 1));
}

void AttentionOp::transferTokenFlow(TokenFlow &flow) {
  std::optional<int64_t> mask = maskOf(*this);
  StringRef why = mask          ? "its mask reaches past row t"
                  : getCausal() ? "its query_offset is known only at run time"
                                : "every query attends to every key";
  attend(*this, flow, sightOfQuery(*this, flow, getQuery()), mask, {getOperation(), why});
}

LogicalResult AttentionOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                    SmallVectorImpl<Value> &operandGrads) {
  if (failed(refuseLseGradient(*this, resultGrads)))
    return failure();
  if (!resultGrads[0])
    return success();
  auto grad =
      AttentionGradOp::create(builder, getLoc(), resultGrads[0], getQuery(), getKeys(), getValues(),
                              getResult(), getLse(), getKey(), getQueryOffset(), getQuerySegments(),
                              getKeySegments(), getCausalAttr(), getScaleAttr(), getDropoutAttr());
  differentiateScoreBody(*this, grad);
  llvm::copy(grad.getResults(), operandGrads.begin());
  return success();
}

LogicalResult AttentionGradOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> location, Adaptor in,
                                                SmallVectorImpl<Type> &types) {
  inferAttentionGrad(in, types);
  return success();
}

LogicalResult AttentionGradOp::verify() {
  if (failed(verifyAttention(*this)))
    return failure();
  // attention_grad_c7
  return verifyAttentionGrad(*this);
}

LogicalResult AttentionGradOp::verifyRegions() {
  return verifyScore(*this);
}

void AttentionGradOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  nameResults(getResults(), {"query_grad", "keys_grad", "values_grad"}, setName);
}

void AttentionGradOp::getAsmBlockArgumentNames(Region &body, OpAsmSetValueNameFn setName) {
  nameScoreArguments(body, setName);
}

Cost AttentionGradOp::getCost() {
  return backwardCost(*this, dim(getKeys(), 1));
}

void AttentionGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), kGradientMixes);
}

//===--- sparse_attention ---===//

LogicalResult SparseAttentionOp::inferReturnTypes(MLIRContext *context,
                                                  std::optional<Location> location, Adaptor in,
                                                  SmallVectorImpl<Type> &types) {
  inferAttention(in, types);
  return success();
}

LogicalResult SparseAttentionOp::verify() {
  if (failed(verifyAttention(*this)))
    return failure();
  // sparse_attention_c7
  return verifySelection(*this, dim(getQuery(), 0), dim(getQuery(), 1));
}

LogicalResult SparseAttentionOp::verifyRegions() {
  return verifyScore(*this);
}

void SparseAttentionOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  nameResults(getResults(), {"result", "lse"}, setName);
}

void SparseAttentionOp::getAsmBlockArgumentNames(Region &body, OpAsmSetValueNameFn setName) {
  nameScoreArguments(body, setName);
}

Cost SparseAttentionOp::getCost() {
  return forwardCost(*this, lastDim(getIndices()));
}

void SparseAttentionOp::transferTokenFlow(TokenFlow &flow) {
  // A mask narrows which of the selected keys are read; what the choice has read stays.
  std::optional<int64_t> mask = maskOf(*this), range = flow.range(getIndices());
  std::optional<int64_t> last = mask && range ? std::min(*mask, *range) : mask ? mask : range;
  Sight sight = sightOfQuery(*this, flow, getQuery());
  sight.join(flow.along(getIndices(), 1, getOperation()));
  attend(*this, flow, sight, last, followsSelection(getOperation(), getIndices()));
}

LogicalResult SparseAttentionOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                          SmallVectorImpl<Value> &operandGrads) {
  if (failed(refuseLseGradient(*this, resultGrads)))
    return failure();
  if (!resultGrads[0])
    return success();
  auto grad = SparseAttentionGradOp::create(
      builder, getLoc(), resultGrads[0], getQuery(), getKeys(), getValues(), getIndices(),
      getResult(), getLse(), getKey(), getQueryOffset(), getQuerySegments(), getKeySegments(),
      getCausalAttr(), getScaleAttr(), getDropoutAttr());
  differentiateScoreBody(*this, grad);
  llvm::copy(grad.getResults(), operandGrads.begin());
  return success();
}

LogicalResult SparseAttentionGradOp::inferReturnTypes(MLIRContext *context,
                                                      std::optional<Location> location, Adaptor in,
                                                      SmallVectorImpl<Type> &types) {
  inferAttentionGrad(in, types);
  return success();
}

LogicalResult SparseAttentionGradOp::verify() {
  if (failed(verifyAttention(*this)))
    return failure();
  // sparse_attention_grad_c7
  if (failed(verifySelection(*this, dim(getQuery(), 0), dim(getQuery(), 1))))
    return failure();
  // sparse_attention_grad_c8
  return verifyAttentionGrad(*this);
}

LogicalResult SparseAttentionGradOp::verifyRegions() {
  return verifyScore(*this);
}

void SparseAttentionGradOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  nameResults(getResults(), {"query_grad", "keys_grad", "values_grad"}, setName);
}

void SparseAttentionGradOp::getAsmBlockArgumentNames(Region &body, OpAsmSetValueNameFn setName) {
  nameScoreArguments(body, setName);
}

Cost SparseAttentionGradOp::getCost() {
  return backwardCost(*this, lastDim(getIndices()));
}

void SparseAttentionGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), kGradientMixes);
}
