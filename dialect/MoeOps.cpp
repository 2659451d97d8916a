// Mixture-of-experts ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/MoeOps.cpp.inc"

LogicalResult RouteOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getLogits()), {firstDim(in.getLogits()), static_cast<int64_t>(in.getK())}), tensorOf(IntegerType::get(context, 32), {firstDim(in.getLogits()), static_cast<int64_t>(in.getK())}), in.getLogits().getType()});
  return success();
}

LogicalResult RouteOp::verify() { return success(); }

Cost RouteOp::getCost() { return costOf(getOperation(), 0, 0); }

void RouteOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult RouteOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult RouteGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getProbabilities().getType()});
  return success();
}

LogicalResult RouteGradOp::verify() { return success(); }

Cost RouteGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void RouteGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult DispatchOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), {firstDim(in.getExperts()) * lastDim(in.getExperts()), lastDim(in.getInput())}), tensorOf(IntegerType::get(context, 32), {static_cast<int64_t>(in.getNumExperts()) + 1}), tensorOf(IntegerType::get(context, 32), {firstDim(in.getExperts()) * lastDim(in.getExperts())}), in.getExperts().getType()});
  return success();
}

LogicalResult DispatchOp::verify() { return success(); }

Cost DispatchOp::getCost() { return costOf(getOperation(), 0, 0); }

void DispatchOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult DispatchOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult DispatchGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), {firstDim(in.getPositions()), lastDim(in.getGrad())})});
  return success();
}

LogicalResult DispatchGradOp::verify() { return success(); }

Cost DispatchGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void DispatchGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult GroupedLinearOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), {firstDim(in.getInput()), dim(in.getWeight(), 1)})});
  return success();
}

LogicalResult GroupedLinearOp::verify() { return success(); }

Cost GroupedLinearOp::getCost() { return costOf(getOperation(), 0, 0); }

void GroupedLinearOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult GroupedLinearOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult GroupedLinearGradInputOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), {firstDim(in.getGrad()), dim(in.getWeight(), 2)})});
  return success();
}

LogicalResult GroupedLinearGradInputOp::verify() { return success(); }

Cost GroupedLinearGradInputOp::getCost() { return costOf(getOperation(), 0, 0); }

void GroupedLinearGradInputOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult GroupedLinearGradWeightOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), {firstDim(in.getOffsets()) - 1, lastDim(in.getGrad()), lastDim(in.getInput())})});
  return success();
}

LogicalResult GroupedLinearGradWeightOp::verify() { return success(); }

Cost GroupedLinearGradWeightOp::getCost() { return costOf(getOperation(), 0, 0); }

void GroupedLinearGradWeightOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult CombineOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getRows()), {firstDim(in.getPositions()), lastDim(in.getRows())})});
  return success();
}

LogicalResult CombineOp::verify() { return success(); }

Cost CombineOp::getCost() { return costOf(getOperation(), 0, 0); }

void CombineOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult CombineOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult CombineGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getRows().getType(), in.getWeights().getType()});
  return success();
}

LogicalResult CombineGradOp::verify() { return success(); }

Cost CombineGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void CombineGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult BalanceLossOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getProbabilities()), {})});
  return success();
}

LogicalResult BalanceLossOp::verify() { return success(); }

Cost BalanceLossOp::getCost() { return costOf(getOperation(), 0, 0); }

void BalanceLossOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult BalanceLossOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult BalanceLossGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), {firstDim(in.getExperts()), static_cast<int64_t>(in.getNumExperts())})});
  return success();
}

LogicalResult BalanceLossGradOp::verify() { return success(); }

Cost BalanceLossGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void BalanceLossGradOp::transferTokenFlow(TokenFlow &flow) {}
