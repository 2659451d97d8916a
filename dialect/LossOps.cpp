// Loss ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/LossOps.cpp.inc"

LogicalResult CrossEntropyOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> location, Adaptor in,
                                               SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getLogits()), {}),
                tensorOf(elementOf(in.getLogits()), shapeOf(in.getTargets())),
                tensorOf(elementOf(in.getLogits()), shapeOf(in.getTargets()))});
  return success();
}

LogicalResult CrossEntropyOp::verify() {
  return success();
}

Cost CrossEntropyOp::getCost() {
  // Maximum, subtract, exp, add.
  return costOf(getOperation(), 0, 4 * tensorType(getLogits()).getNumElements());
}

void CrossEntropyOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult CrossEntropyOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                       SmallVectorImpl<Value> &operandGrads) {
  if (resultGrads[1] || resultGrads[2])
    return emitOpError("expected a gradient of the mean loss only, got one of ")
           << (resultGrads[1] ? "token_loss" : "lse");
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] =
      CrossEntropyGradOp::create(builder, getLoc(), grad, getLogits(), getTargets(), getLse());
  return success();
}

LogicalResult CrossEntropyGradOp::inferReturnTypes(MLIRContext *context,
                                                   std::optional<Location> location, Adaptor in,
                                                   SmallVectorImpl<Type> &types) {
  types.assign({in.getLogits().getType()});
  return success();
}

LogicalResult CrossEntropyGradOp::verify() {
  return success();
}

Cost CrossEntropyGradOp::getCost() {
  // Subtract, exp, multiply; the target's own term is one a row.
  return costOf(getOperation(), 0, 3 * tensorType(getLogits()).getNumElements());
}

void CrossEntropyGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                         Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(IntegerType::get(context, 32), shapeOf(in.getInput()).drop_back())});
  return success();
}

LogicalResult ArgmaxOp::verify() {
  return success();
}

Cost ArgmaxOp::getCost() {
  // One comparison an entry.
  return costOf(getOperation(), 0, tensorType(getInput()).getNumElements());
}

void ArgmaxOp::transferTokenFlow(TokenFlow &flow) {}
