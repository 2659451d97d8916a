// Loss ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

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
  // cross_entropy_c1
  if (failed(expectType(*this, "targets", getTargets(),
                        tensorOf(elementOf(getTargets()), shapeOf(getLogits()).drop_back()))))
    return failure();
  // cross_entropy_c2
  return expectInteger(*this, tensorType(getLogits()).getNumElements() > 0,
                       "at least one token and one class", 0);
}

Cost CrossEntropyOp::getCost() {
  // Maximum, subtract, exp, add.
  return costOf(getOperation(), 0, 4 * tensorType(getLogits()).getNumElements());
}

void CrossEntropyOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), tensorType(getTargets()).getNumElements(),
               {getLogits(), getTargets()});
}

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
  // cross_entropy_grad_c1
  if (failed(expectType(*this, "targets", getTargets(),
                        tensorOf(elementOf(getTargets()), shapeOf(getLogits()).drop_back()))))
    return failure();
  // cross_entropy_grad_c2
  if (failed(expectType(*this, "lse", getLse(),
                        tensorOf(elementOf(getLogits()), shapeOf(getTargets())))))
    return failure();
  // cross_entropy_grad_c3
  return expectElement(*this, "grad", getGrad(), elementOf(getLogits()));
}

Cost CrossEntropyGradOp::getCost() {
  // Subtract, exp, multiply; the target's own term is one a row.
  return costOf(getOperation(), 0, 3 * tensorType(getLogits()).getNumElements());
}

void CrossEntropyGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), tensorType(getTargets()).getNumElements(),
               {getLogits(), getTargets(), getLse()}, {getGrad()});
}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                         Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(IntegerType::get(context, 32), shapeOf(in.getInput()).drop_back())});
  return success();
}

LogicalResult ArgmaxOp::verify() {
  // argmax_c1
  return expectInteger(*this, lastDim(getInput()) >= 1, "at least one entry in the last axis",
                       lastDim(getInput()));
}

Cost ArgmaxOp::getCost() {
  // One comparison an entry.
  return costOf(getOperation(), 0, tensorType(getInput()).getNumElements());
}

void ArgmaxOp::transferTokenFlow(TokenFlow &flow) {
  flow.rowwise(getOperation(), rowsOf(getInput()), {getInput()});
}
