// Kernel ops: assembly, constraints and cost of kernels and launches.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/KernelOps.cpp.inc"

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto functionType = [](Builder &builder, ArrayRef<Type> arguments, ArrayRef<Type> results,
                         function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(arguments, results);
  };
  return function_interface_impl::parseFunctionOp(parser, result, /*allowVariadic=*/false,
                                                  getFunctionTypeAttrName(result.name), functionType,
                                                  getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
                                           getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult KernelOp::verify() { return success(); }

LogicalResult YieldOp::verify() { return success(); }

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) { return success(); }

Cost LaunchOp::getCost() {
  Cost cost = costOf(getOperation(), 0, 0);
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(getOperation(), getKernelAttr());
  if (kernel)
    kernel.walk([&](CostOpInterface op) {
      cost.matrixFlops += op.getCost().matrixFlops;
      cost.vectorFlops += op.getCost().vectorFlops;
    });
  return cost;
}
