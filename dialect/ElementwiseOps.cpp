// Element-wise ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/ElementwiseOps.cpp.inc"

LogicalResult SiluOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                       Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult SiluOp::verify() {
  return success();
}

Cost SiluOp::getCost() {
  // Negate, exp, add, divide.
  return costOf(getOperation(), 0, 4 * tensorType(getInput()).getNumElements());
}

void SiluOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult SiluOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                               SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] = SiluGradOp::create(builder, getLoc(), grad, getInput());
  return success();
}

LogicalResult SiluGradOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                           Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult SiluGradOp::verify() {
  return success();
}

Cost SiluGradOp::getCost() {
  // The sigmoid 4, the polynomial around it 5.
  return costOf(getOperation(), 0, 9 * tensorType(getInput()).getNumElements());
}

void SiluGradOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AddOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                      Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getLhs().getType()});
  return success();
}

LogicalResult AddOp::verify() {
  return success();
}

Cost AddOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getLhs()).getNumElements());
}

void AddOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AddOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                              SmallVectorImpl<Value> &operandGrads) {
  operandGrads[0] = operandGrads[1] = resultGrads.front();
  return success();
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return {};
}

LogicalResult MulOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                      Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getLhs().getType()});
  return success();
}

LogicalResult MulOp::verify() {
  return success();
}

Cost MulOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getLhs()).getNumElements());
}

void MulOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult MulOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                              SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] = MulOp::create(builder, getLoc(), grad, getRhs());
  operandGrads[1] = MulOp::create(builder, getLoc(), grad, getLhs());
  return success();
}

LogicalResult ScaleOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                        Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult ScaleOp::verify() {
  return success();
}

Cost ScaleOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getInput()).getNumElements());
}

void ScaleOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult ScaleOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] = ScaleOp::create(builder, getLoc(), grad, getFactorAttr());
  return success();
}

OpFoldResult ScaleOp::fold(FoldAdaptor adaptor) {
  return {};
}

LogicalResult RandomKeyOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                            Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({RankedTensorType::get({4}, IntegerType::get(context, 32))});
  return success();
}

LogicalResult RandomKeyOp::verify() {
  return success();
}

Cost RandomKeyOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void RandomKeyOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult DropoutOp::verify() {
  return success();
}

Cost DropoutOp::getCost() {
  // Compare and multiply; the random bits are integer work.
  return costOf(getOperation(), 0, 2 * tensorType(getInput()).getNumElements());
}

void DropoutOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult DropoutOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                  SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  // The same key draws the same elements again, so no mask is kept.
  operandGrads[0] = DropoutOp::create(builder, getLoc(), grad, getKey(), getRows(), getPAttr());
  return success();
}

OpFoldResult DropoutOp::fold(FoldAdaptor adaptor) {
  return {};
}
