// Kernel ops: assembly, constraints and cost of kernels and launches.
#include "dialect/Dialect.h"
#include "dialect/ScoreBody.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/KernelOps.cpp.inc"

int64_t dsa::bytesRead(OpOperand &use) {
  bool isTable = isa<EmbeddingOp>(use.getOwner()) && use.getOperandNumber() == 0;
  return bytesOf((isTable ? use.getOwner()->getResult(0) : use.get()).getType());
}

// What a kernel reads of an argument: all of it, unless only slices of it or looked-up rows are
// used.
static int64_t readBytes(BlockArgument argument) {
  int64_t whole = bytesOf(argument.getType()), read = 0;
  for (OpOperand &use : argument.getUses()) {
    bool isSlice = isa<tensor::ExtractSliceOp>(use.getOwner());
    read += isSlice ? bytesOf(use.getOwner()->getResult(0).getType()) : bytesRead(use);
  }
  return std::min(read, whole);
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto functionType = [](Builder &builder, ArrayRef<Type> arguments, ArrayRef<Type> results,
                         function_interface_impl::VariadicFlag,
                         std::string &) { return builder.getFunctionType(arguments, results); };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, getFunctionTypeAttrName(result.name), functionType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false,
                                           getFunctionTypeAttrName(), getArgAttrsAttrName(),
                                           getResAttrsAttrName());
}

LogicalResult KernelOp::verify() {
  // kernel_c1
  if (!getBody().hasOneBlock())
    return emitOpError("expected one block, got ") << getBody().getBlocks().size();
  // kernel_c2
  for (Type type : llvm::concat<const Type>(getArgumentTypes(), getResultTypes()))
    if (auto tensor = dyn_cast<RankedTensorType>(type); !tensor || !tensor.hasStaticShape())
      return emitOpError("expected statically shaped tensors as arguments and results, got ")
             << type;
  // kernel_c3
  for (Operation &op : getBody().front())
    if (isa<LaunchOp>(op) ||
        !isa_and_nonnull<DsaDialect, arith::ArithDialect, math::MathDialect, tensor::TensorDialect>(
            op.getDialect()))
      return emitOpError("expected only dsa, tensor, arith and math ops and no launch inside, got ")
             << op.getName();
  // kernel_c4
  if (getBody().front().empty() || !isa<YieldOp>(getBody().front().back()))
    return emitOpError("expected dsa.yield at the end, got another op");
  return success();
}

/// Verifies that a body of numbers yields `count` of type `number`.
static LogicalResult verifyNumbers(YieldOp yield, unsigned count, Type number) {
  if (yield.getOperandTypes() == TypeRange(SmallVector<Type>(count, number)))
    return success();
  return yield.emitOpError("expected ")
         << (count == 1 ? "one operand" : "two operands") << " of type " << number << ", got "
         << yield.getNumOperands() << " of types (" << yield.getOperandTypes() << ")";
}

LogicalResult YieldOp::verify() {
  Operation *parent = (*this)->getParentOp();
  // yield_c2
  if (auto map = dyn_cast<MapOp>(parent))
    return verifyNumbers(*this, 1, elementOf(map.getResult()));
  // yield_c3
  if (scoreBodyOf(parent)) {
    bool isGrad = isa<AttentionGradOp, SparseAttentionGradOp>(parent);
    return verifyNumbers(*this, isGrad ? 2 : 1, scoreType(elementOf(parent->getOperand(0))));
  }
  // yield_c1
  auto kernel = cast<KernelOp>(parent);
  if (getOperandTypes() != TypeRange(kernel.getResultTypes()))
    return emitOpError("expected operands of the kernel's result types ")
           << kernel.getResultTypes() << ", got " << getOperandTypes();
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // launch_c1
  auto kernel = symbols.lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
  if (!kernel)
    return emitOpError("expected the name of a dsa.kernel, got ") << getKernelAttr();
  // launch_c2
  if (TypeRange(kernel.getArgumentTypes()) != getInputs().getTypes())
    return emitOpError("expected inputs of types ")
           << kernel.getArgumentTypes() << ", got " << getInputs().getTypes();
  // launch_c3
  if (TypeRange(kernel.getResultTypes()) != getOutputs().getTypes())
    return emitOpError("expected outputs of types ")
           << kernel.getResultTypes() << ", got " << getOutputs().getTypes();
  // launch_c4
  if (getOffsets() && getOffsets()->size() != getNumResults())
    return emitOpError("expected one offset for each of ")
           << getNumResults() << " outputs, got " << getOffsets()->size();
  return success();
}

Cost LaunchOp::getCost() {
  Cost cost = costOf(getOperation(), 0, 0);
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(getOperation(), getKernelAttr());
  if (!kernel)
    return cost;
  Cost work =
      workOf(llvm::map_to_vector(kernel.getBody().front(), [](Operation &op) { return &op; }));
  cost.matrixFlops = work.matrixFlops;
  cost.vectorFlops = work.vectorFlops;
  cost.readBytes = 0;
  for (BlockArgument argument : kernel.getBody().getArguments())
    cost.readBytes += readBytes(argument);
  return cost;
}
