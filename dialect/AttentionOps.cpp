// Attention ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/AttentionOps.cpp.inc"

LogicalResult IndexScoresOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getQuery()), {dim(in.getQuery(), 0), dim(in.getQuery(), 1), dim(in.getIndexKey(), 1)})});
  return success();
}

LogicalResult IndexScoresOp::verify() { return success(); }

Cost IndexScoresOp::getCost() { return costOf(getOperation(), 0, 0); }

void IndexScoresOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult IndexScoresOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult IndexScoresGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getQuery().getType(), in.getIndexKey().getType(), in.getWeight().getType()});
  return success();
}

LogicalResult IndexScoresGradOp::verify() { return success(); }

Cost IndexScoresGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void IndexScoresGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult FillFutureOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getScores().getType()});
  return success();
}

LogicalResult FillFutureOp::verify() { return success(); }

Cost FillFutureOp::getCost() { return costOf(getOperation(), 0, 0); }

void FillFutureOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult FillFutureOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(IntegerType::get(context, 32), {dim(in.getScores(), 0), dim(in.getScores(), 1), static_cast<int64_t>(in.getK())})});
  return success();
}

LogicalResult TopKOp::verify() { return success(); }

Cost TopKOp::getCost() { return costOf(getOperation(), 0, 0); }

void TopKOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getInput()), shapeOf(in.getIndices()), shapeOf(in.getInput()).drop_front(2))});
  return success();
}

LogicalResult GatherOp::verify() { return success(); }

Cost GatherOp::getCost() { return costOf(getOperation(), 0, 0); }

void GatherOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult GatherOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult GatherGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrad()), {dim(in.getGrad(), 0), static_cast<int64_t>(in.getRows())}, shapeOf(in.getGrad()).drop_front(3))});
  return success();
}

LogicalResult GatherGradOp::verify() { return success(); }

Cost GatherGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void GatherGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getQuery()), shapeOf(in.getQuery()).drop_back(), lastDim(in.getValues())), tensorOf(elementOf(in.getQuery()), {dim(in.getQuery(), 0), dim(in.getQuery(), 2), dim(in.getQuery(), 1)})});
  return success();
}

LogicalResult AttentionOp::verify() { return success(); }

Cost AttentionOp::getCost() { return costOf(getOperation(), 0, 0); }

void AttentionOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AttentionOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult AttentionGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getQuery().getType(), in.getKeys().getType(), in.getValues().getType()});
  return success();
}

LogicalResult AttentionGradOp::verify() { return success(); }

Cost AttentionGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void AttentionGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult SparseAttentionOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getQuery()), shapeOf(in.getQuery()).drop_back(), lastDim(in.getValues())), tensorOf(elementOf(in.getQuery()), {dim(in.getQuery(), 0), dim(in.getQuery(), 2), dim(in.getQuery(), 1)})});
  return success();
}

LogicalResult SparseAttentionOp::verify() { return success(); }

Cost SparseAttentionOp::getCost() { return costOf(getOperation(), 0, 0); }

void SparseAttentionOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult SparseAttentionOp::buildVjp(OpBuilder &builder, ValueRange resultGrads, SmallVectorImpl<Value> &operandGrads) {
  return failure();
}

LogicalResult SparseAttentionGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getQuery().getType(), in.getKeys().getType(), in.getValues().getType()});
  return success();
}

LogicalResult SparseAttentionGradOp::verify() { return success(); }

Cost SparseAttentionGradOp::getCost() { return costOf(getOperation(), 0, 0); }

void SparseAttentionGradOp::transferTokenFlow(TokenFlow &flow) {}
