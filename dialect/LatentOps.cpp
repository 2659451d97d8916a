// Latent attention ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Dialect.h"
#include "dialect/Visibility.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/LatentOps.cpp.inc"

//===--- What latent attention and its gradient share ---===//

template <typename Op> static LatentSizes sizesOf(Op op) {
  LatentSizes sizes;
  sizes.batches = dim(op.getQuery(), 0), sizes.queries = dim(op.getQuery(), 1);
  sizes.heads = dim(op.getQuery(), 2), sizes.keys = dim(op.getLatent(), 1);
  sizes.rope = lastDim(op.getRopeKey()), sizes.nope = lastDim(op.getQuery()) - sizes.rope;
  sizes.rank = lastDim(op.getLatent());
  int64_t rows = firstDim(op.getUpWeight()) / std::max<int64_t>(sizes.heads, 1);
  sizes.value =
      std::max<int64_t>(rows - sizes.nope, 0); // too few rows are the verifier's to refuse
  return sizes;
}

/// Pairs (t, s) that one head looks at in all sequences.
template <typename Op> static int64_t pairsOf(Op op, const LatentSizes &sizes) {
  int64_t limit = op.getIndices() ? lastDim(op.getIndices()) : sizes.keys;
  return sizes.batches *
         visiblePairs(sizes.queries, sizes.keys, limit, op.getCausal(), op.getQueryOffset());
}

/// Columns of the row that all heads read as their key.
static int64_t sharedKey(const LatentSizes &sizes) {
  return (sizes.nope ? sizes.rank : 0) + sizes.rope;
}

/// Multiply-adds of one pass over the up weight: from latents to keys and values, or from queries
/// to the latent and back from it.
static int64_t upProducts(const LatentSizes &sizes, LatentForm form) {
  int64_t tokens = form == LatentForm::Expanded ? sizes.keys : sizes.queries;
  return sizes.batches * tokens * sizes.heads * (sizes.nope + sizes.value) * sizes.rank;
}

template <typename Op> static int64_t forwardProducts(Op op, LatentForm form) {
  LatentSizes sizes = sizesOf(op);
  int64_t widths = form == LatentForm::Expanded ? sizes.nope + sizes.rope + sizes.value
                                                : sharedKey(sizes) + sizes.rank;
  return upProducts(sizes, form) + pairsOf(op, sizes) * sizes.heads * widths;
}

template <typename Op> static LatentForm chosenForm(Op op) {
  if (std::optional<LatentForm> form = op.getForm())
    return *form;
  return forwardProducts(op, LatentForm::Expanded) < forwardProducts(op, LatentForm::Absorbed)
             ? LatentForm::Expanded
             : LatentForm::Absorbed;
}

/// The constraints of query, latent, rope key, up weight and context, C1 to C7 of both ops.
template <typename Op> static LogicalResult verifyLatent(Op op) {
  Value query = op.getQuery(), latent = op.getLatent(), ropeKey = op.getRopeKey();
  Type element = elementOf(query);
  LatentSizes sizes = sizesOf(op);
  // latent_attention_c1 latent_attention_grad_c1
  if (failed(expectElement(op, "latent", latent, element)) ||
      failed(expectElement(op, "rope key", ropeKey, element)) ||
      failed(expectElement(op, "up weight", op.getUpWeight(), element)))
    return failure();
  // latent_attention_c2 latent_attention_grad_c2
  if (failed(expectShape(op, "latent", latent, {sizes.batches, sizes.keys, sizes.rank})))
    return failure();
  // latent_attention_c3 latent_attention_grad_c3
  if (failed(expectShape(op, "rope key", ropeKey, {sizes.batches, sizes.keys, sizes.rope})))
    return failure();
  if (sizes.rope < 1 || sizes.nope < 0)
    return op.emitOpError("expected 1 <= columns of rope key <= ")
           << lastDim(query) << ", got " << sizes.rope;
  // latent_attention_c4 latent_attention_grad_c4
  if (sizes.value < 1)
    return op.emitOpError("expected more than ")
           << sizes.nope << " rows of up weight a head, got " << firstDim(op.getUpWeight())
           << " for " << sizes.heads << " heads";
  if (failed(expectShape(op, "up weight", op.getUpWeight(),
                         {sizes.heads * (sizes.nope + sizes.value), sizes.rank})))
    return failure();
  // latent_attention_c5 latent_attention_grad_c5
  if (failed(verifySegments(op, sizes.batches, sizes.queries, sizes.keys)))
    return failure();
  // latent_attention_c6 latent_attention_grad_c6
  if (failed(expectDropout(op, op.getDropoutAttr(), op.getKey())))
    return failure();
  // latent_attention_c7 latent_attention_grad_c7
  return op.getIndices() ? verifySelection(op, sizes.batches, sizes.queries) : success();
}

//===--- latent_attention ---===//

LatentSizes LatentAttentionOp::getSizes() {
  return sizesOf(*this);
}

LatentForm LatentAttentionOp::getChosenForm() {
  return chosenForm(*this);
}

LogicalResult LatentAttentionOp::inferReturnTypes(MLIRContext *context,
                                                  std::optional<Location> location, Adaptor in,
                                                  SmallVectorImpl<Type> &types) {
  LatentSizes sizes = sizesOf(in);
  Type element = elementOf(in.getQuery());
  types.assign({tensorOf(element, {sizes.batches, sizes.queries, sizes.heads}, sizes.value),
                tensorOf(statisticOf(element), {sizes.batches, sizes.heads, sizes.queries})});
  return success();
}

LogicalResult LatentAttentionOp::verify() {
  return verifyLatent(*this);
}

Cost LatentAttentionOp::getCost() {
  // Five element-wise FLOPs a pair, as in attention.
  LatentSizes sizes = getSizes();
  return costOf(getOperation(), 2 * forwardProducts(*this, getChosenForm()),
                5 * pairsOf(*this, sizes) * sizes.heads);
}

void LatentAttentionOp::transferTokenFlow(TokenFlow &flow) {
  // What attention and sparse attention let a row see, with the latent and the rope key as keys.
  LatentSizes sizes = getSizes();
  std::optional<int64_t> last = maskOf(*this);
  Sight sight = sightOfQuery(*this, flow, getQuery());
  Cause cause{getOperation(), last          ? "its mask reaches past row t"
                              : getCausal() ? "its query_offset is known only at run time"
                                            : "every query attends to every key"};
  if (Value indices = getIndices()) {
    std::optional<int64_t> range = flow.range(indices);
    last = last && range ? std::min(*last, *range) : last ? last : range;
    sight.join(flow.along(indices, 1, getOperation()));
    cause = followsSelection(getOperation(), indices);
  }
  for (Value read : {Value(getLatent()), Value(getRopeKey()), Value(getKeySegments())})
    if (read)
      sight.lookAt(flow.along(read, 1, getOperation()), sizes.keys, last, cause);
  Bound weight = flow.fact(getUpWeight()).widest({getOperation(), "its up weight reads tokens"});
  sight.everywhere.join(weight);
  flow.setRows(getResult(), sizes.heads * sizes.value, sizes.queries, sight);
  flow.setRows(getLse(), 1, sizes.queries, sight);
}

LogicalResult LatentAttentionOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                          SmallVectorImpl<Value> &operandGrads) {
  if (resultGrads[1])
    return emitOpError("expected a loss that does not read lse, got a gradient for it");
  if (!resultGrads[0])
    return success();
  auto grad = LatentAttentionGradOp::create(
      builder, getLoc(), resultGrads[0], getQuery(), getLatent(), getRopeKey(), getUpWeight(),
      getResult(), getLse(), getIndices(), getKey(), getQueryOffset(), getQuerySegments(),
      getKeySegments(), getCausalAttr(), getScaleAttr(), getDropoutAttr(), getFormAttr());
  llvm::copy(grad.getResults(), operandGrads.begin());
  return success();
}

//===--- latent_attention_grad ---===//

LatentSizes LatentAttentionGradOp::getSizes() {
  return sizesOf(*this);
}

LatentForm LatentAttentionGradOp::getChosenForm() {
  return chosenForm(*this);
}

LogicalResult LatentAttentionGradOp::inferReturnTypes(MLIRContext *context,
                                                      std::optional<Location> location, Adaptor in,
                                                      SmallVectorImpl<Type> &types) {
  types.assign({in.getQuery().getType(), in.getLatent().getType(), in.getRopeKey().getType(),
                in.getUpWeight().getType()});
  return success();
}

LogicalResult LatentAttentionGradOp::verify() {
  if (failed(verifyLatent(*this)))
    return failure();
  // latent_attention_grad_c8
  LatentSizes sizes = getSizes();
  SmallVector<int64_t> output = {sizes.batches, sizes.queries, sizes.heads, sizes.value};
  Type element = elementOf(getQuery());
  if (failed(expectElement(*this, "grad", getGrad(), element)) ||
      failed(expectElement(*this, "output", getOutput(), element)) ||
      failed(expectElement(*this, "lse", getLse(), statisticOf(element))) ||
      failed(expectShape(*this, "grad", getGrad(), output)) ||
      failed(expectShape(*this, "output", getOutput(), output)))
    return failure();
  return expectShape(*this, "lse", getLse(), {sizes.batches, sizes.heads, sizes.queries});
}

Cost LatentAttentionGradOp::getCost() {
  // Each pass over the up weight again, then its two gradients; five products a pair, and a sixth
  // in the absorbed form, whose outputs before V are not operands.
  LatentSizes sizes = getSizes();
  LatentForm form = getChosenForm();
  bool expanded = form == LatentForm::Expanded;
  int64_t key = expanded ? sizes.nope + sizes.rope : sharedKey(sizes);
  int64_t widths = 3 * key + (expanded ? 2 * sizes.value : 3 * sizes.rank);
  int64_t pairs = pairsOf(*this, sizes) * sizes.heads;
  int64_t delta = 2 * tensorType(getOutput()).getNumElements();
  return costOf(getOperation(), 2 * (3 * upProducts(sizes, form) + pairs * widths),
                5 * pairs + delta);
}

void LatentAttentionGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), kGradientMixes);
}

//===--- head_linear ---===//

LogicalResult HeadLinearOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                             Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), shapeOf(in.getInput()).drop_back(),
                         dim(in.getWeight(), in.getTransposed() ? 2 : 1))});
  return success();
}

LogicalResult HeadLinearOp::verify() {
  // head_linear_c1
  if (failed(expectCount(*this, "matrices of weight", dim(getInput(), 2), firstDim(getWeight()))))
    return failure();
  // head_linear_c2
  if (failed(expectCount(*this, "columns of input", dim(getWeight(), getTransposed() ? 1 : 2),
                         lastDim(getInput()))))
    return failure();
  // head_linear_c3
  return expectElement(*this, "weight", getWeight(), elementOf(getInput()));
}

Cost HeadLinearOp::getCost() {
  return costOf(getOperation(), 2 * tensorType(getInput()).getNumElements() * lastDim(getResult()),
                0);
}

void HeadLinearOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), dim(getInput(), 0) * dim(getInput(), 1), {getInput()},
               {getWeight()});
}

LogicalResult HeadLinearOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                     SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  UnitAttr turned = getTransposed() ? UnitAttr() : builder.getUnitAttr();
  operandGrads[0] = HeadLinearOp::create(builder, getLoc(), grad, getWeight(), turned);
  Value rows = getTransposed() ? getInput() : grad, columns = getTransposed() ? grad : getInput();
  operandGrads[1] = HeadLinearGradWeightOp::create(builder, getLoc(), rows, columns);
  return success();
}

//===--- head_linear_grad_weight ---===//

LogicalResult HeadLinearGradWeightOp::inferReturnTypes(MLIRContext *context,
                                                       std::optional<Location> location, Adaptor in,
                                                       SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()),
                         {dim(in.getGrad(), 2), lastDim(in.getGrad()), lastDim(in.getInput())})});
  return success();
}

LogicalResult HeadLinearGradWeightOp::verify() {
  // head_linear_grad_weight_c1
  SmallVector<int64_t> shape(shapeOf(getGrad()).drop_back());
  shape.push_back(lastDim(getInput()));
  if (failed(expectShape(*this, "input", getInput(), shape)))
    return failure();
  // head_linear_grad_weight_c2
  return expectElement(*this, "input", getInput(), elementOf(getGrad()));
}

Cost HeadLinearGradWeightOp::getCost() {
  return costOf(getOperation(), 2 * tensorType(getGrad()).getNumElements() * lastDim(getInput()),
                0);
}

void HeadLinearGradWeightOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), kGradientMixes);
}

//===--- share_heads and sum_heads ---===//

LogicalResult ShareHeadsOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                             Adaptor in, SmallVectorImpl<Type> &types) {
  int64_t heads = std::max<int64_t>(in.getHeads(), 0); // heads < 1 are the verifier's to refuse
  types.assign(
      {tensorOf(elementOf(in.getInput()), {dim(in.getInput(), 0), dim(in.getInput(), 1), heads},
                lastDim(in.getInput()))});
  return success();
}

LogicalResult ShareHeadsOp::verify() {
  // share_heads_c1
  int64_t heads = getHeads();
  return expectInteger(*this, heads >= 1, "heads >= 1", heads);
}

Cost ShareHeadsOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void ShareHeadsOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), rowsOf(getInput()), {getInput()});
}

LogicalResult ShareHeadsOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                     SmallVectorImpl<Value> &operandGrads) {
  if (resultGrads[0])
    operandGrads[0] = SumHeadsOp::create(builder, getLoc(), resultGrads[0]);
  return success();
}

LogicalResult SumHeadsOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                           Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), shapeOf(in.getInput()).take_front(2),
                         lastDim(in.getInput()))});
  return success();
}

LogicalResult SumHeadsOp::verify() {
  // sum_heads_c1
  return expectInteger(*this, dim(getInput(), 2) >= 1, "at least one head", dim(getInput(), 2));
}

Cost SumHeadsOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getInput()).getNumElements());
}

void SumHeadsOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), rowsOf(getResult()), {getInput()});
}

LogicalResult SumHeadsOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                   SmallVectorImpl<Value> &operandGrads) {
  if (resultGrads[0])
    operandGrads[0] = ShareHeadsOp::create(builder, getLoc(), resultGrads[0],
                                           builder.getI64IntegerAttr(dim(getInput(), 2)));
  return success();
}
