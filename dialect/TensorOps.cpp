// Tensor ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

#include "mlir/IR/OpImplementation.h"

#include <cmath>

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/TensorOps.cpp.inc"

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                            Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getTable()), shapeOf(in.getIds()), lastDim(in.getTable()))});
  return success();
}

LogicalResult EmbeddingOp::verify() {
  // embedding_c1
  return expectInteger(*this, firstDim(getTable()) >= 1, "at least one row of table",
                       firstDim(getTable()));
}

Cost EmbeddingOp::getCost() {
  // Of the table only the rows that are looked up.
  Cost cost = costOf(getOperation(), 0, 0);
  cost.readBytes = bytesOf(getIds().getType()) + cost.writeBytes;
  return cost;
}

void EmbeddingOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), tensorType(getIds()).getNumElements(), {getIds()}, {getTable()});
}

LogicalResult EmbeddingOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                    SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] =
      EmbeddingGradOp::create(builder, getLoc(), grad, getIds(), firstDim(getTable()));
  return success();
}

LogicalResult EmbeddingGradOp::inferReturnTypes(MLIRContext *context,
                                                std::optional<Location> location, Adaptor in,
                                                SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()),
                         {static_cast<int64_t>(in.getRows()), lastDim(in.getGrad())})});
  return success();
}

LogicalResult EmbeddingGradOp::verify() {
  // embedding_grad_c1
  if (failed(expectType(*this, "grad", getGrad(),
                        tensorOf(elementOf(getGrad()), shapeOf(getIds()), lastDim(getGrad())))))
    return failure();
  // embedding_grad_c2
  int64_t rows = getRows();
  return expectInteger(*this, rows >= 1, "rows >= 1", rows);
}

Cost EmbeddingGradOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getGrad()).getNumElements());
}

void EmbeddingGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}

LogicalResult LinearOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                         Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), shapeOf(in.getInput()).drop_back(),
                         firstDim(in.getWeight()))});
  return success();
}

LogicalResult LinearOp::verify() {
  // linear_c1
  if (failed(expectCount(*this, "columns of input", lastDim(getWeight()), lastDim(getInput()))))
    return failure();
  // linear_c2
  return expectElement(*this, "weight", getWeight(), elementOf(getInput()));
}

Cost LinearOp::getCost() {
  return costOf(getOperation(),
                2 * rowsOf(getInput()) * lastDim(getInput()) * firstDim(getWeight()), 0);
}

void LinearOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), rowsOf(getInput()), {getInput()}, {getWeight()});
}

LogicalResult LinearOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                 SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] = LinearGradInputOp::create(builder, getLoc(), grad, getWeight());
  operandGrads[1] = LinearGradWeightOp::create(builder, getLoc(), grad, getInput());
  return success();
}

LogicalResult LinearGradInputOp::inferReturnTypes(MLIRContext *context,
                                                  std::optional<Location> location, Adaptor in,
                                                  SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), shapeOf(in.getGrad()).drop_back(),
                         lastDim(in.getWeight()))});
  return success();
}

LogicalResult LinearGradInputOp::verify() {
  // linear_grad_input_c1
  if (failed(expectCount(*this, "columns of grad", firstDim(getWeight()), lastDim(getGrad()))))
    return failure();
  // linear_grad_input_c2
  return expectElement(*this, "weight", getWeight(), elementOf(getGrad()));
}

Cost LinearGradInputOp::getCost() {
  return costOf(getOperation(), 2 * rowsOf(getGrad()) * lastDim(getGrad()) * lastDim(getWeight()),
                0);
}

void LinearGradInputOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), rowsOf(getGrad()), {getGrad()}, {getWeight()});
}

LogicalResult LinearGradWeightOp::inferReturnTypes(MLIRContext *context,
                                                   std::optional<Location> location, Adaptor in,
                                                   SmallVectorImpl<Type> &types) {
  types.assign(
      {tensorOf(elementOf(in.getGrad()), {lastDim(in.getGrad()), lastDim(in.getInput())})});
  return success();
}

LogicalResult LinearGradWeightOp::verify() {
  // linear_grad_weight_c1
  return expectType(
      *this, "input", getInput(),
      tensorOf(elementOf(getGrad()), shapeOf(getGrad()).drop_back(), lastDim(getInput())));
}

Cost LinearGradWeightOp::getCost() {
  return costOf(getOperation(), 2 * rowsOf(getGrad()) * lastDim(getGrad()) * lastDim(getInput()),
                0);
}

void LinearGradWeightOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}

LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult RmsNormOp::verify() {
  // rms_norm_c1
  if (failed(expectType(*this, "gain", getGain(),
                        tensorOf(elementOf(getInput()), {lastDim(getInput())}))))
    return failure();
  // rms_norm_c2
  return expectPositive(*this, "eps", getEps());
}

Cost RmsNormOp::getCost() {
  // An element is squared, summed, normalised and multiplied by its gain.
  return costOf(getOperation(), 0, 4 * tensorType(getInput()).getNumElements());
}

void RmsNormOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), rowsOf(getInput()), {getInput()}, {getGain()});
}

LogicalResult RmsNormOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                  SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  auto both = RmsNormGradOp::create(builder, getLoc(), grad, getInput(), getGain(), getEpsAttr());
  operandGrads[0] = both.getInputGrad();
  operandGrads[1] = both.getGainGrad();
  return success();
}

LogicalResult RmsNormGradOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location, Adaptor in,
                                              SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType(), in.getGain().getType()});
  return success();
}

LogicalResult RmsNormGradOp::verify() {
  // rms_norm_grad_c1
  if (failed(expectType(*this, "grad", getGrad(), getInput().getType())))
    return failure();
  // rms_norm_grad_c2
  if (failed(expectType(*this, "gain", getGain(),
                        tensorOf(elementOf(getInput()), {lastDim(getInput())}))))
    return failure();
  // rms_norm_grad_c3
  return expectPositive(*this, "eps", getEps());
}

Cost RmsNormGradOp::getCost() {
  // Mean square 2, the projection of dy g on x 3, dx 4, dg 2.
  return costOf(getOperation(), 0, 11 * tensorType(getInput()).getNumElements());
}

void RmsNormGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "a gradient sums over tokens");
}

LogicalResult RopeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                       Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult RopeOp::verify() {
  int64_t first = getFirst(), width = getWidth(), columns = lastDim(getInput());
  // rope_c1
  if (failed(expectInteger(*this, width > 0 && width % 2 == 0, "an even width > 0", width)))
    return failure();
  // rope_c2
  if (failed(expectInteger(*this, first >= 0, "first >= 0", first)))
    return failure();
  // rope_c3: compared without a sum that could wrap around
  if (width > columns || first > columns - width)
    return emitOpError("expected first + width <= ")
           << columns << ", got " << first << " + " << width;
  // rope_c4
  if (failed(expectPositive(*this, "base", getBase())))
    return failure();
  // rope_c5
  if (failed(expectPositive(*this, "factor", getFactor())))
    return failure();
  // rope_c6
  if (failed(expectPositive(*this, "magnitude", getMagnitude())))
    return failure();
  // rope_c7
  std::optional<ArrayRef<int64_t>> ramp = getRamp();
  if (ramp && (ramp->size() != 2 || (*ramp)[0] < 0 || (*ramp)[1] < (*ramp)[0]))
    return emitOpError("expected a ramp [low, high] with 0 <= low <= high, got ") << getRampAttr();
  return success();
}

double RopeOp::getFrequency(int64_t pair) {
  double exponent = -2.0 * static_cast<double>(pair) / static_cast<double>(getWidth());
  double frequency = std::pow(getBase().convertToDouble(), exponent);
  double kept = 0.0;
  if (std::optional<ArrayRef<int64_t>> ramp = getRamp()) {
    double length = std::max(static_cast<double>((*ramp)[1] - (*ramp)[0]), 0.001);
    kept = 1.0 - std::clamp(static_cast<double>(pair - (*ramp)[0]) / length, 0.0, 1.0);
  }
  return frequency * (kept + (1.0 - kept) / getFactor().convertToDouble());
}

Cost RopeOp::getCost() {
  // Four products and two sums a pair; angles and their sines are shared by all heads and not
  // counted.
  return costOf(getOperation(), 0, 3 * rowsOf(getInput()) * static_cast<int64_t>(getWidth()));
}

void RopeOp::transferTokenFlow(TokenFlow &flow) {
  SmallVector<Value> shared;
  if (getPositionOffset())
    shared.push_back(getPositionOffset());
  flow.rowwise(getOperation(), rowsOf(getInput()), {getInput()}, shared);
}

LogicalResult RopeOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                               SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  // A rotation is orthogonal: its transpose turns back. Its magnitude is a factor of both.
  UnitAttr turnedBack = getInverse() ? UnitAttr() : builder.getUnitAttr();
  operandGrads[0] = RopeOp::create(builder, getLoc(), grad, getPositionOffset(), getPairingAttr(),
                                   getBaseAttr(), getFirstAttr(), getWidthAttr(), turnedBack,
                                   getFactorAttr(), getRampAttr(), getMagnitudeAttr());
  return success();
}
