// Tensor ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/TensorOps.cpp.inc"

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getTable()), shapeOf(in.getIds()), lastDim(in.getTable()))});
  return success();
}

LogicalResult EmbeddingOp::verify() { return success(); }

Cost EmbeddingOp::getCost() { return costOf(getOperation(), 0, 0); }

void EmbeddingOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult EmbeddingOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult EmbeddingGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), {static_cast<int64_t>(in.getRows()), lastDim(in.getGrad())})});
  return success();
}

LogicalResult EmbeddingGradOp::verify() { return success(); }

Cost EmbeddingGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void EmbeddingGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult LinearOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), shapeOf(in.getInput()).drop_back(), firstDim(in.getWeight()))});
  return success();
}

LogicalResult LinearOp::verify() { return success(); }

Cost LinearOp::getCost() { return costOf(getOperation(), 0, 0); }

void LinearOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult LinearOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult LinearGradInputOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), shapeOf(in.getGrad()).drop_back(), lastDim(in.getWeight()))});
  return success();
}

LogicalResult LinearGradInputOp::verify() { return success(); }

Cost LinearGradInputOp::getCost() { return costOf(getOperation(), 0, 0); }

void LinearGradInputOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult LinearGradWeightOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), {lastDim(in.getGrad()), lastDim(in.getInput())})});
  return success();
}

LogicalResult LinearGradWeightOp::verify() { return success(); }

Cost LinearGradWeightOp::getCost() { return costOf(getOperation(), 0, 0); }

void LinearGradWeightOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult RmsNormOp::verify() { return success(); }

Cost RmsNormOp::getCost() { return costOf(getOperation(), 0, 0); }

void RmsNormOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult RmsNormOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult RmsNormGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType(), in.getGain().getType()});
  return success();
}

LogicalResult RmsNormGradOp::verify() { return success(); }

Cost RmsNormGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void RmsNormGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult RopeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult RopeOp::verify() { return success(); }

Cost RopeOp::getCost() { return costOf(getOperation(), 0, 0); }

void RopeOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult RopeOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult SiluOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult SiluOp::verify() { return success(); }

Cost SiluOp::getCost() { return costOf(getOperation(), 0, 0); }

void SiluOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult SiluOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult SiluGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult SiluGradOp::verify() { return success(); }

Cost SiluGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void SiluGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AddOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getLhs().getType()});
  return success();
}

LogicalResult AddOp::verify() { return success(); }

Cost AddOp::getCost() { return costOf(getOperation(), 0, 0); }

void AddOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AddOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) { return {}; }

LogicalResult MulOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getLhs().getType()});
  return success();
}

LogicalResult MulOp::verify() { return success(); }

Cost MulOp::getCost() { return costOf(getOperation(), 0, 0); }

void MulOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult MulOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult ScaleOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult ScaleOp::verify() { return success(); }

Cost ScaleOp::getCost() { return costOf(getOperation(), 0, 0); }

void ScaleOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult ScaleOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

OpFoldResult ScaleOp::fold(FoldAdaptor adaptor) { return {}; }

LogicalResult RandomKeyOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({RankedTensorType::get({4}, IntegerType::get(context, 32))});
  return success();
}

LogicalResult RandomKeyOp::verify() { return success(); }

Cost RandomKeyOp::getCost() { return costOf(getOperation(), 0, 0); }

void RandomKeyOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult DropoutOp::verify() { return success(); }

Cost DropoutOp::getCost() { return costOf(getOperation(), 0, 0); }

void DropoutOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult DropoutOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

OpFoldResult DropoutOp::fold(FoldAdaptor adaptor) { return {}; }

LogicalResult CrossEntropyOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getLogits()), {}), tensorOf(elementOf(in.getLogits()), shapeOf(in.getTargets())), tensorOf(elementOf(in.getLogits()), shapeOf(in.getTargets()))});
  return success();
}

LogicalResult CrossEntropyOp::verify() { return success(); }

Cost CrossEntropyOp::getCost() { return costOf(getOperation(), 0, 0); }

void CrossEntropyOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult CrossEntropyOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult CrossEntropyGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getLogits().getType()});
  return success();
}

LogicalResult CrossEntropyGradOp::verify() { return success(); }

Cost CrossEntropyGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void CrossEntropyGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(IntegerType::get(context, 32), shapeOf(in.getInput()).drop_back())});
  return success();
}

LogicalResult ArgmaxOp::verify() { return success(); }

Cost ArgmaxOp::getCost() { return costOf(getOperation(), 0, 0); }

void ArgmaxOp::transferTokenFlow(TokenFlow &flow) {}
