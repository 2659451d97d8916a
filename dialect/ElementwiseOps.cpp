// Element-wise ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

#include "mlir/IR/Matchers.h"
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

Cost SiluOp::getCost() {
  // Negate, exp, add, divide.
  return costOf(getOperation(), 0, 4 * tensorType(getInput()).getNumElements());
}

void SiluOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

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
  // silu_grad_c1
  return expectType(*this, "grad", getGrad(), getInput().getType());
}

Cost SiluGradOp::getCost() {
  // The sigmoid 4, the polynomial around it 5.
  return costOf(getOperation(), 0, 9 * tensorType(getInput()).getNumElements());
}

void SiluGradOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

LogicalResult AddOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                      Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getLhs().getType()});
  return success();
}

LogicalResult AddOp::verify() {
  // add_c1
  return expectType(*this, "rhs", getRhs(), getLhs().getType());
}

Cost AddOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getLhs()).getNumElements());
}

void AddOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

LogicalResult AddOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                              SmallVectorImpl<Value> &operandGrads) {
  operandGrads[0] = operandGrads[1] = resultGrads.front();
  return success();
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  // Constants of a commutative op stand on the right.
  return matchPattern(adaptor.getRhs(), m_AnyZeroFloat()) ? OpFoldResult(getLhs()) : OpFoldResult();
}

LogicalResult MulOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                      Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getLhs().getType()});
  return success();
}

LogicalResult MulOp::verify() {
  // mul_c1
  return expectType(*this, "rhs", getRhs(), getLhs().getType());
}

Cost MulOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getLhs()).getNumElements());
}

void MulOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

LogicalResult MulOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                              SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] = MulOp::create(builder, getLoc(), grad, getRhs());
  operandGrads[1] = MulOp::create(builder, getLoc(), grad, getLhs());
  return success();
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return matchPattern(adaptor.getRhs(), m_OneFloat()) ? OpFoldResult(getLhs()) : OpFoldResult();
}

LogicalResult ScaleOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                        Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult ScaleOp::verify() {
  // scale_c1
  return expectNumber(*this, getFactor().isFinite(), "a finite factor", getFactor());
}

Cost ScaleOp::getCost() {
  return costOf(getOperation(), 0, tensorType(getInput()).getNumElements());
}

void ScaleOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

LogicalResult ScaleOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  operandGrads[0] = ScaleOp::create(builder, getLoc(), grad, getFactorAttr());
  return success();
}

OpFoldResult ScaleOp::fold(FoldAdaptor adaptor) {
  if (getFactor().isExactlyValue(1.0))
    return getInput();
  auto inner = getInput().getDefiningOp<ScaleOp>();
  if (!inner)
    return {};
  APFloat product = getFactor() * inner.getFactor();
  if (!product.isFinite())
    return {};
  setFactor(product);
  setOperand(inner.getInput());
  return getResult();
}

LogicalResult DetachOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                         Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

Cost DetachOp::getCost() {
  return {};
}

void DetachOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

LogicalResult DetachOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                                 SmallVectorImpl<Value> &operandGrads) {
  return success();
}

LogicalResult RandomKeyOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                            Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({RankedTensorType::get({4}, IntegerType::get(context, 32))});
  return success();
}

Cost RandomKeyOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void RandomKeyOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "every element is drawn with one key");
}

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                          Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign({in.getInput().getType()});
  return success();
}

LogicalResult DropoutOp::verify() {
  // dropout_c1
  if (failed(expectShare(*this, "p", getP())))
    return failure();
  if (!getRows())
    return success();
  // dropout_c2
  if (failed(expectCount(*this, "axes of input that is drawn by rows", 2,
                         tensorType(getInput()).getRank())))
    return failure();
  // dropout_c3
  return expectCount(*this, "rows", firstDim(getInput()), firstDim(getRows()));
}

Cost DropoutOp::getCost() {
  // Compare and multiply; the random bits are integer work.
  return costOf(getOperation(), 0, 2 * tensorType(getInput()).getNumElements());
}

void DropoutOp::transferTokenFlow(TokenFlow &flow) {
  // Dispatched rows must be drawn by the slots of their own dispatch, or a token's mask tells where
  // the others went.
  Operation *order = flow.fact(getInput()).permutation;
  if (order && (!getRows() || getRows().getDefiningOp() != order))
    return flow.mix(getOperation(), "it draws for dispatched rows by their number");
  flow.rowwise(getOperation(), rowsOf(getInput()), {getInput()}, {getKey()});
  if (!order && getRows())
    flow.mix(getOperation(), "its rows are numbered by another order");
}

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
  return getP().isZero() ? OpFoldResult(getInput()) : OpFoldResult();
}
