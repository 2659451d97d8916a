// Element-wise ops: shapes, constraints, costs, derivatives and token flow.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/ScalarOps.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"

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

LogicalResult CastOp::verify() {
  // cast_c1
  return expectShape(*this, "result", getResult(), shapeOf(getInput()));
}

Cost CastOp::getCost() {
  return costOf(getOperation(), 0, 0);
}

void CastOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

LogicalResult CastOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                               SmallVectorImpl<Value> &operandGrads) {
  if (Value grad = resultGrads.front())
    operandGrads[0] = CastOp::create(builder, getLoc(), getInput().getType(), grad);
  return success();
}

/// Whether every number of type `narrow` is one of type `wide`.
static bool holdsAll(Type wide, Type narrow) {
  const auto &outer = cast<FloatType>(wide).getFloatSemantics();
  return APFloat::isRepresentableBy(cast<FloatType>(narrow).getFloatSemantics(), outer);
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto inner = getInput().getDefiningOp<CastOp>();
  bool takesBack = inner && inner.getInput().getType() == getType() &&
                   holdsAll(elementOf(inner), elementOf(getResult()));
  return takesBack ? OpFoldResult(inner.getInput()) : OpFoldResult();
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

/// `(%a = %x, %b = %y) : type {body}`: the type of the inputs and of the result, once.
ParseResult MapOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> elements;
  SmallVector<OpAsmParser::UnresolvedOperand> inputs;
  RankedTensorType type;
  if (parser.parseAssignmentList(elements, inputs) || parser.parseColon() ||
      parser.parseType(type) || parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperands(inputs, type, result.operands))
    return failure();
  for (OpAsmParser::Argument &element : elements)
    element.type = type.getElementType();
  result.addTypes(type);
  return parser.parseRegion(*result.addRegion(), elements, /*enableNameShadowing=*/true);
}

void MapOp::print(OpAsmPrinter &printer) {
  printer << " (";
  llvm::interleaveComma(llvm::zip_equal(getBody().getArguments(), getInputs()), printer,
                        [&](auto pair) {
                          auto [element, input] = pair;
                          printer << element << " = " << input;
                        });
  printer << ") : " << getType();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs());
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

/// Letters, as formulas have them: %a, %b, ...
void MapOp::getAsmBlockArgumentNames(Region &body, OpAsmSetValueNameFn setName) {
  for (BlockArgument element : body.getArguments())
    setName(element, std::string(1, static_cast<char>('a' + element.getArgNumber() % 26)));
}

LogicalResult MapOp::verify() {
  // map_c1
  if (getInputs().empty())
    return emitOpError("expected an input, got none");
  // map_c2
  for (Value input : getInputs())
    if (failed(expectType(*this, "an input", input, getType())))
      return failure();
  // map_c3
  SmallVector<Type> expected(getInputs().size(), elementOf(getResult()));
  if (getBody().getArgumentTypes() != TypeRange(expected))
    return emitOpError("expected a body with arguments (")
           << expected << "), got (" << getBody().getArgumentTypes() << ")";
  return success();
}

LogicalResult MapOp::verifyRegions() {
  return verifyScalarBody(getBody().front(), elementOf(getResult()), "the body of dsa.map");
}

Cost MapOp::getCost() {
  int64_t flops = flopsOfScalarBody(getBody().front());
  return costOf(getOperation(), 0, flops * getType().getNumElements());
}

void MapOp::transferTokenFlow(TokenFlow &flow) {
  flow.elementwise(getOperation());
}

/// What the body yields.
static Value yieldedBy(MapOp map) {
  return map.getBody().front().getTerminator()->getOperand(0);
}

OpFoldResult MapOp::fold(FoldAdaptor) {
  auto element = dyn_cast<BlockArgument>(yieldedBy(*this));
  return element ? OpFoldResult(getInputs()[element.getArgNumber()]) : OpFoldResult();
}

/// Drops the inputs that no op of the body reads, but for a last one, and merges equal inputs.
/// Returns whether there were any.
static bool dropInputs(MapOp map) {
  Block &body = map.getBody().front();
  unsigned before = body.getNumArguments();
  for (unsigned number = before; number-- > 0;) {
    BlockArgument element = body.getArgument(number);
    unsigned first = llvm::find(map.getInputs(), map.getInputs()[number]) - map.getInputs().begin();
    if (first < number)
      element.replaceAllUsesWith(body.getArgument(first));
    if (!element.use_empty() || body.getNumArguments() == 1)
      continue;
    body.eraseArgument(number);
    map->eraseOperand(number);
  }
  return body.getNumArguments() < before;
}

LogicalResult MapOp::canonicalize(MapOp map, PatternRewriter &rewriter) {
  rewriter.startOpModification(map);
  if (dropInputs(map)) {
    rewriter.finalizeOpModification(map);
    return success();
  }
  rewriter.cancelOpModification(map);
  return rewriter.notifyMatchFailure(map, "every input is read, and none twice");
}

/// The gradient of input `number`, a map over the inputs and the gradient of the result. Null where
/// the result does not depend on the input.
static Value gradientOf(OpBuilder &builder, MapOp map, unsigned number, Value grad) {
  SmallVector<Value> inputs(map.getInputs());
  inputs.push_back(grad);
  auto result = MapOp::create(builder, map.getLoc(), map.getType(), inputs);
  Block &body = result.getBody().emplaceBlock();
  for (BlockArgument element : map.getBody().getArguments())
    body.addArgument(element.getType(), element.getLoc());
  Value gradElement = body.addArgument(elementOf(grad), map.getLoc());
  Value yielded = cloneScalarOps(map.getBody().front(), body);
  Value derivative = appendDerivative(body, yielded, body.getArgument(number));
  if (!derivative) {
    result.erase();
    return {};
  }
  OpBuilder writer = OpBuilder::atBlockEnd(&body);
  Value product = gradElement;
  if (!matchPattern(derivative, m_OneFloat()))
    product = arith::MulFOp::create(writer, map.getLoc(), gradElement, derivative);
  YieldOp::create(writer, map.getLoc(), product);
  eraseUnusedOps(body);
  dropInputs(result);
  if (product != gradElement)
    return result;
  result.erase();
  return grad;
}

LogicalResult MapOp::buildVjp(OpBuilder &builder, ValueRange resultGrads,
                              SmallVectorImpl<Value> &operandGrads) {
  Value grad = resultGrads.front();
  if (!grad)
    return success();
  for (unsigned number = 0; number < operandGrads.size(); ++number)
    operandGrads[number] = gradientOf(builder, *this, number, grad);
  return success();
}
