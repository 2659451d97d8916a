// Reverse-mode differentiation of one block: activity, accumulation, and the derivatives of views.
#include "passes/ReverseMode.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dsa;

ReverseMode::ReverseMode(Block &block, ArrayRef<Value> variables)
    : block(block), builder(block.getTerminator()),
      lastForward(block.getTerminator()->getPrevNode()) {
  active.insert_range(variables);
  for (Operation &op : block)
    if (!isa<DetachOp>(op) &&
        llvm::any_of(op.getOperands(), [&](Value operand) { return isActive(operand); }))
      for (Value result : op.getResults())
        if (isa<FloatType>(getElementTypeOrSelf(result.getType())))
          active.insert(result);
}

FailureOr<SmallVector<OpOperand *>>
dsa::operandsWithGradient(Operation *op, llvm::function_ref<bool(Value)> hasGradient) {
  SmallVector<OpOperand *> operands;
  if (llvm::none_of(op->getResults(), hasGradient))
    return operands;
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp, tensor::ConcatOp>(
          op)) {
    for (OpOperand &operand : op->getOpOperands())
      operands.push_back(&operand);
    return operands;
  }
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  if (!differentiable)
    return operands;
  // A result has the type of its gradient, so it stands for it.
  auto stand = [&](Value result) { return hasGradient(result) ? result : Value(); };
  SmallVector<Value> resultGrads = llvm::map_to_vector(op->getResults(), stand);
  SmallVector<Value> operandGrads(op->getNumOperands());
  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&scratch);
  LogicalResult built = differentiable.buildVjp(builder, resultGrads, operandGrads);
  for (OpOperand &operand : op->getOpOperands())
    if (operandGrads[operand.getOperandNumber()])
      operands.push_back(&operand);
  scratch.clear();
  if (failed(built))
    return failure();
  return operands;
}

void ReverseMode::contribute(Value value, Value gradient) {
  if (isActive(value))
    contributions[value].push_back(gradient);
}

Value ReverseMode::gradientOf(Value value) {
  SmallVector<Value> terms = contributions.lookup(value);
  if (auto found = slices.find(value); found != slices.end())
    llvm::append_range(terms, gradientsOfSliced(builder, value, found->second));
  if (terms.empty())
    return {};
  Value sum = terms.front();
  for (Value term : llvm::drop_begin(terms))
    sum = AddOp::create(builder, sum.getLoc(), sum, term);
  slices.erase(value);
  contributions[value] = {sum};
  return sum;
}

LogicalResult ReverseMode::run() {
  for (Operation *op = lastForward; op; op = op->getPrevNode())
    if (failed(visit(op)))
      return failure();
  return success();
}

LogicalResult ReverseMode::visit(Operation *op) {
  SmallVector<Value> resultGrads = llvm::map_to_vector(op->getResults(), [&](Value result) {
    return isActive(result) ? gradientOf(result) : Value();
  });
  if (llvm::none_of(resultGrads, [](Value gradient) { return gradient != nullptr; }))
    return success();
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  if (!differentiable)
    return visitView(op, resultGrads.front());
  SmallVector<Value> operandGrads(op->getNumOperands());
  if (failed(differentiable.buildVjp(builder, resultGrads, operandGrads)))
    return op->emitOpError(
        "expected a derivative, got none between a parameter and a minimised result");
  for (auto [operand, gradient] : llvm::zip_equal(op->getOperands(), operandGrads))
    if (gradient)
      contribute(operand, gradient);
  return success();
}

static Value sliceAlong(OpBuilder &builder, Location location, Value value, int64_t axis,
                        int64_t first, RankedTensorType type) {
  SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
  offsets[axis] = builder.getIndexAttr(first);
  return tensor::ExtractSliceOp::create(
      builder, location, type, value, offsets,
      getAsIndexOpFoldResult(builder.getContext(), type.getShape()), strides);
}

LogicalResult ReverseMode::visitView(Operation *op, Value gradient) {
  Location location = op->getLoc();
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](tensor::ExpandShapeOp view) {
        contribute(view.getSrc(),
                   tensor::CollapseShapeOp::create(builder, location, view.getSrcType(), gradient,
                                                   view.getReassociationIndices()));
        return success();
      })
      .Case([&](tensor::CollapseShapeOp view) {
        contribute(view.getSrc(),
                   tensor::ExpandShapeOp::create(builder, location, view.getSrcType(), gradient,
                                                 view.getReassociationIndices()));
        return success();
      })
      .Case([&](tensor::ConcatOp concat) {
        int64_t axis = concat.getDim(), first = 0;
        for (Value input : concat.getInputs()) {
          if (isActive(input))
            contribute(input,
                       sliceAlong(builder, location, gradient, axis, first, tensorType(input)));
          first += dim(input, axis);
        }
        return success();
      })
      .Case([&](tensor::ExtractSliceOp slice) -> LogicalResult {
        if (!slice.hasUnitStride() || ShapedType::isDynamicShape(slice.getStaticOffsets()) ||
            ShapedType::isDynamicShape(slice.getStaticSizes()))
          return slice.emitOpError(
              "expected static offsets, static sizes and stride 1 to be differentiated");
        slices[slice.getSource()].push_back({slice, gradient});
        return success();
      })
      .Default([](Operation *other) {
        return other->emitOpError(
            "expected a derivative, got none between a parameter and a minimised result");
      });
}

void ReverseMode::eraseUnused(ArrayRef<Value> used) {
  auto isUsed = [&](Value value) { return llvm::is_contained(used, value); };
  for (Operation *op = block.getTerminator()->getPrevNode(); op && op != lastForward;) {
    Operation *previous = op->getPrevNode();
    if (isOpTriviallyDead(op) && llvm::none_of(op->getResults(), isUsed))
      op->erase();
    op = previous;
  }
}
