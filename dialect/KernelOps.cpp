// Kernel ops: assembly, constraints and cost of kernels and launches.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/KernelOps.cpp.inc"

// What a kernel reads of an argument: all of it, unless only slices of it or looked-up rows are
// used.
static int64_t readBytes(BlockArgument argument) {
  int64_t whole = bytesOf(argument.getType()), read = 0;
  for (OpOperand &use : argument.getUses()) {
    Operation *user = use.getOwner();
    bool isTable = isa<EmbeddingOp>(user) && use.getOperandNumber() == 0;
    bool isPart = isTable || isa<tensor::ExtractSliceOp>(user);
    read += isPart ? bytesOf(user->getResult(0).getType()) : whole;
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
  return success();
}

LogicalResult YieldOp::verify() {
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return success();
}

Cost LaunchOp::getCost() {
  Cost cost = costOf(getOperation(), 0, 0);
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(getOperation(), getKernelAttr());
  if (!kernel)
    return cost;
  kernel.walk([&](CostOpInterface op) {
    cost.matrixFlops += op.getCost().matrixFlops;
    cost.vectorFlops += op.getCost().vectorFlops;
  });
  cost.readBytes = 0;
  for (BlockArgument argument : kernel.getBody().getArguments())
    cost.readBytes += readBytes(argument);
  return cost;
}
