// Registration of the dialect and verification of its attributes on functions.
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dsa;

#include "dialect/DsaDialect.cpp.inc"
#include "dialect/DsaEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/DsaAttributes.cpp.inc"

void DsaDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/DsaAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/TensorOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/ElementwiseOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/LossOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/AttentionOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/MoeOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/TrainOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/KernelOps.cpp.inc"
      >();
}

Operation *DsaDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                           Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

LogicalResult DsaDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  return success();
}

LogicalResult DsaDialect::verifyRegionArgAttribute(Operation *op, unsigned region,
                                                   unsigned argument, NamedAttribute attribute) {
  return success();
}

LogicalResult DsaDialect::verifyRegionResultAttribute(Operation *op, unsigned region,
                                                      unsigned result, NamedAttribute attribute) {
  return success();
}
