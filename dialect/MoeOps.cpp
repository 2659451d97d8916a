// Mixture-of-experts ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/MoeOps.cpp.inc"

// A product grouped by expert reads the weights of at most one expert a row.
static Cost groupedCost(Operation *op, Value rows, Value weight, int64_t flops) {
  Cost cost = costOf(op, flops, 0);
  int64_t experts = firstDim(weight), used = std::min(experts, firstDim(rows));
  cost.readBytes -= bytesOf(weight.getType()) / std::max<int64_t>(experts, 1) * (experts - used);
  return cost;
}

static Value zeros(OpBuilder &builder, Location loc, Type type) {
  return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
}

LogicalResult RouteOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                        Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getLogits()),
                         {firstDim(in.getLogits()), static_cast<int64_t>(in.getK())}),
                tensorOf(IntegerType::get(context, 32),
                         {firstDim(in.getLogits()), static_cast<int64_t>(in.getK())}),
                in.getLogits().getType()});
  return success();
}

LogicalResult RouteOp::verify() {
  // route_c1
  int64_t k = getK(), experts = lastDim(getLogits());
  if (k < 1 || k > experts)
    return emitOpError("expected 1 <= k <= ") << experts << ", got " << k;
  // route_c2
  if (failed(expectNumber(*this, getNoise().isFinite() && !getNoise().isNegative(),
                          "a finite noise >= 0", getNoise())))
    return failure();
  // route_c3
  if (!getChosen())
    return success();
  return expectType(*this, "chosen", getChosen(), getExperts().getType());
}

Cost RouteOp::getCost() {
  // A softmax over all experts, k comparisons an expert to choose, and one Gaussian each when there
  // is noise.
  int64_t perLogit = 4 + static_cast<int64_t>(getK()) + (getKey() ? 8 : 0);
  return costOf(getOperation(), 0, perLogit * tensorType(getLogits()).getNumElements());
}

void RouteOp::transferTokenFlow(TokenFlow &flow) {
  SmallVector<Value> rows = {getLogits()}, shared;
  if (getChosen())
    rows.push_back(getChosen());
  if (getKey())
    shared.push_back(getKey());
  flow.rowwise(getOperation(), firstDim(getLogits()), rows, shared);
}

LogicalResult RouteOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                SmallVectorImpl<Value> &operandGrads) {
  Value weightsGrad = resultGrads[0], probabilitiesGrad = resultGrads[2];
  if (resultGrads[1])
    return emitOpError("expected no gradient of the chosen experts, got one");
  if (!weightsGrad && !probabilitiesGrad)
    return success();
  if (!weightsGrad)
    weightsGrad = zeros(builder, getLoc(), getWeights().getType());
  if (!probabilitiesGrad)
    probabilitiesGrad = zeros(builder, getLoc(), getProbabilities().getType());
  operandGrads[0] = RouteGradOp::create(builder, getLoc(), weightsGrad, probabilitiesGrad,
                                        getWeights(), getExperts(), getProbabilities());
  return success();
}

LogicalResult RouteGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                            Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getProbabilities().getType()});
  return success();
}

LogicalResult RouteGradOp::verify() {
  // route_grad_c1
  if (failed(expectType(*this, "weights_grad", getWeightsGrad(), getWeights().getType())))
    return failure();
  // route_grad_c2
  if (failed(expectType(*this, "probabilities_grad", getProbabilitiesGrad(),
                        getProbabilities().getType())))
    return failure();
  // route_grad_c3
  if (failed(expectType(*this, "experts", getExperts(),
                        tensorOf(elementOf(getExperts()), shapeOf(getWeights())))))
    return failure();
  // route_grad_c4
  if (failed(expectCount(*this, "tokens of weights", firstDim(getProbabilities()),
                         firstDim(getWeights()))))
    return failure();
  // route_grad_c5
  return expectElement(*this, "weights", getWeights(), elementOf(getProbabilities()));
}

Cost RouteGradOp::getCost() {
  // A softmax gradient is a dot product, a subtraction and a product.
  int64_t entries =
      tensorType(getWeights()).getNumElements() + tensorType(getProbabilities()).getNumElements();
  return costOf(getOperation(), 0, 4 * entries);
}

void RouteGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(
      getOperation(), firstDim(getProbabilities()),
      {getWeightsGrad(), getProbabilitiesGrad(), getWeights(), getExperts(), getProbabilities()});
}

LogicalResult DispatchOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                           Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign(
      {tensorOf(elementOf(in.getInput()),
                {firstDim(in.getExperts()) * lastDim(in.getExperts()), lastDim(in.getInput())}),
       tensorOf(IntegerType::get(context, 32), {static_cast<int64_t>(in.getNumExperts()) + 1}),
       tensorOf(IntegerType::get(context, 32),
                {firstDim(in.getExperts()) * lastDim(in.getExperts())}),
       in.getExperts().getType()});
  return success();
}

LogicalResult DispatchOp::verify() {
  // dispatch_c1
  if (failed(expectCount(*this, "tokens of experts", firstDim(getInput()), firstDim(getExperts()))))
    return failure();
  // dispatch_c2
  int64_t experts = getNumExperts();
  return expectInteger(*this, experts >= 1, "num_experts >= 1", experts);
}

Cost DispatchOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void DispatchOp::transferTokenFlow(TokenFlow &flow) {
  // Which row a token gets, and how many rows an expert has, follows from the choices of all
  // tokens; what a row holds follows from its own token.
  TokenFact places = flow.fact(getExperts()).widened({});
  for (Value place : {getOffsets(), getSlots(), getPositions()})
    flow.set(place, places);
  int64_t tokens = firstDim(getInput()), width = lastDim(getInput());
  TokenFact rows = flow.rowFact(getInput(), tokens, width, getOperation());
  rows.join(flow.rowFact(getExperts(), tokens, width, getOperation()), getOperation());
  if (rows.permutation)
    rows = rows.widened({getOperation(), "it dispatches rows that were dispatched"});
  rows.permutation = getOperation();
  flow.set(getRows(), rows);
}

LogicalResult DispatchOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                   SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] = DispatchGradOp::create(builder, getLoc(), grad, getPositions());
  return success();
}

LogicalResult DispatchGradOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> location, Adaptor in,
                                               SmallVectorImpl<Type> &types) {
  types.assign(
      {tensorOf(elementOf(in.getGrad()), {firstDim(in.getPositions()), lastDim(in.getGrad())})});
  return success();
}

LogicalResult DispatchGradOp::verify() {
  // dispatch_grad_c1
  return expectCount(*this, "rows of grad", tensorType(getPositions()).getNumElements(),
                     firstDim(getGrad()));
}

Cost DispatchGradOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getGrad()).getNumElements());
}

void DispatchGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}

LogicalResult GroupedLinearOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> location, Adaptor in,
                                                SmallVectorImpl<Type> &types) {
  types.assign(
      {tensorOf(elementOf(in.getInput()), {firstDim(in.getInput()), dim(in.getWeight(), 1)})});
  return success();
}

LogicalResult GroupedLinearOp::verify() {
  // grouped_linear_c1
  if (failed(expectCount(*this, "columns of input", lastDim(getWeight()), lastDim(getInput()))))
    return failure();
  // grouped_linear_c2
  if (failed(expectElement(*this, "weight", getWeight(), elementOf(getInput()))))
    return failure();
  // grouped_linear_c3
  return expectCount(*this, "offsets", firstDim(getWeight()) + 1, firstDim(getOffsets()));
}

Cost GroupedLinearOp::getCost() {
  return groupedCost(getOperation(), getInput(), getWeight(),
                     2 * firstDim(getInput()) * lastDim(getInput()) * dim(getWeight(), 1));
}

void GroupedLinearOp::transferTokenFlow(TokenFlow &flow) {
  Operation *order = flow.fact(getInput()).permutation;
  if (!order || getOffsets().getDefiningOp() != order)
    return flow.mix(getOperation(), "its offsets belong to another dispatch than its rows");
  flow.rowwise(getOperation(), firstDim(getInput()), {getInput()}, {getWeight()});
}

LogicalResult GroupedLinearOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                        SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] =
      GroupedLinearGradInputOp::create(builder, getLoc(), grad, getWeight(), getOffsets());
  operandGrads[1] =
      GroupedLinearGradWeightOp::create(builder, getLoc(), grad, getInput(), getOffsets());
  return success();
}

LogicalResult GroupedLinearGradInputOp::inferReturnTypes(MLIRContext *context,
                                                         std::optional<Location> location,
                                                         Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign(
      {tensorOf(elementOf(in.getGrad()), {firstDim(in.getGrad()), dim(in.getWeight(), 2)})});
  return success();
}

LogicalResult GroupedLinearGradInputOp::verify() {
  // grouped_linear_grad_input_c1
  if (failed(expectCount(*this, "columns of grad", dim(getWeight(), 1), lastDim(getGrad()))))
    return failure();
  // grouped_linear_grad_input_c2
  if (failed(expectElement(*this, "weight", getWeight(), elementOf(getGrad()))))
    return failure();
  // grouped_linear_grad_input_c3
  return expectCount(*this, "offsets", firstDim(getWeight()) + 1, firstDim(getOffsets()));
}

Cost GroupedLinearGradInputOp::getCost() {
  return groupedCost(getOperation(), getGrad(), getWeight(),
                     2 * firstDim(getGrad()) * lastDim(getGrad()) * dim(getWeight(), 2));
}

void GroupedLinearGradInputOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}

LogicalResult GroupedLinearGradWeightOp::inferReturnTypes(MLIRContext *context,
                                                          std::optional<Location> location,
                                                          Adaptor in,
                                                          SmallVectorImpl<Type> &types) {
  types.assign(
      {tensorOf(elementOf(in.getGrad()),
                {firstDim(in.getOffsets()) - 1, lastDim(in.getGrad()), lastDim(in.getInput())})});
  return success();
}

LogicalResult GroupedLinearGradWeightOp::verify() {
  // grouped_linear_grad_weight_c1
  if (failed(
          expectType(*this, "input", getInput(),
                     tensorOf(elementOf(getGrad()), {firstDim(getGrad()), lastDim(getInput())}))))
    return failure();
  // grouped_linear_grad_weight_c2
  return expectInteger(*this, firstDim(getOffsets()) >= 2, "offsets of at least one expert",
                       firstDim(getOffsets()));
}

Cost GroupedLinearGradWeightOp::getCost() {
  return costOf(getOperation(), 2 * firstDim(getGrad()) * lastDim(getGrad()) * lastDim(getInput()),
                0);
}

void GroupedLinearGradWeightOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}

LogicalResult CombineOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign(
      {tensorOf(elementOf(in.getRows()), {firstDim(in.getPositions()), lastDim(in.getRows())})});
  return success();
}

LogicalResult CombineOp::verify() {
  // combine_c1
  if (failed(expectType(*this, "weights", getWeights(),
                        tensorOf(elementOf(getRows()), shapeOf(getPositions())))))
    return failure();
  // combine_c2
  return expectCount(*this, "rows", tensorType(getPositions()).getNumElements(),
                     firstDim(getRows()));
}

Cost CombineOp::getCost() {
  return costOf(getOperation(), 0, 2 * tensorType(getRows()).getNumElements());
}

void CombineOp::transferTokenFlow(TokenFlow &flow) {
  TokenFact rows = flow.fact(getRows());
  if (!rows.permutation || getPositions().getDefiningOp() != rows.permutation)
    return flow.mix(getOperation(), "its positions belong to another dispatch than its rows");
  rows.permutation = nullptr;
  rows.join(flow.rowFact(getWeights(), firstDim(getWeights()), lastDim(getRows()), getOperation()),
            getOperation());
  flow.set(getResult(), rows);
}

LogicalResult CombineOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                  SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  auto both =
      CombineGradOp::create(builder, getLoc(), grad, getRows(), getWeights(), getPositions());
  operandGrads[0] = both.getRowsGrad();
  operandGrads[1] = both.getWeightsGrad();
  return success();
}

LogicalResult CombineGradOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location, Adaptor in,
                                              SmallVectorImpl<Type> &types) {
  types.assign({in.getRows().getType(), in.getWeights().getType()});
  return success();
}

LogicalResult CombineGradOp::verify() {
  // combine_grad_c1
  if (failed(expectType(
          *this, "grad", getGrad(),
          tensorOf(elementOf(getRows()), {firstDim(getPositions()), lastDim(getRows())}))))
    return failure();
  // combine_grad_c2
  if (failed(expectType(*this, "weights", getWeights(),
                        tensorOf(elementOf(getRows()), shapeOf(getPositions())))))
    return failure();
  // combine_grad_c3
  return expectCount(*this, "rows", tensorType(getPositions()).getNumElements(),
                     firstDim(getRows()));
}

Cost CombineGradOp::getCost() {
  // A product for the row, a product and a sum for the weight.
  return costOf(getOperation(), 0, 3 * tensorType(getRows()).getNumElements());
}

void CombineGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}

LogicalResult BalanceLossOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location, Adaptor in,
                                              SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getProbabilities()), {})});
  return success();
}

LogicalResult BalanceLossOp::verify() {
  // balance_loss_c1
  if (failed(expectCount(*this, "tokens of experts", firstDim(getProbabilities()),
                         firstDim(getExperts()))))
    return failure();
  // balance_loss_c2
  return expectNumber(*this, getCoefficient().isFinite(), "a finite coefficient", getCoefficient());
}

Cost BalanceLossOp::getCost() {
  // Every probability is summed, every slot counted.
  return costOf(getOperation(), 0,
                tensorType(getProbabilities()).getNumElements() +
                    tensorType(getExperts()).getNumElements());
}

void BalanceLossOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "it balances over all tokens");
}

LogicalResult BalanceLossOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                      SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  IntegerAttr numExperts = builder.getI64IntegerAttr(lastDim(getProbabilities()));
  operandGrads[0] = BalanceLossGradOp::create(builder, getLoc(), grad, getExperts(), numExperts,
                                              getCoefficientAttr());
  return success();
}

LogicalResult BalanceLossGradOp::inferReturnTypes(MLIRContext *context,
                                                  std::optional<Location> location, Adaptor in,
                                                  SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()),
                         {firstDim(in.getExperts()), static_cast<int64_t>(in.getNumExperts())})});
  return success();
}

LogicalResult BalanceLossGradOp::verify() {
  // balance_loss_grad_c1
  int64_t experts = getNumExperts();
  if (failed(expectInteger(*this, experts >= 1, "num_experts >= 1", experts)))
    return failure();
  // balance_loss_grad_c2
  return expectNumber(*this, getCoefficient().isFinite(), "a finite coefficient", getCoefficient());
}

Cost BalanceLossGradOp::getCost() {
  return costOf(getOperation(), 0,
                tensorType(getExperts()).getNumElements() +
                    tensorType(getResult()).getNumElements());
}

void BalanceLossGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}
