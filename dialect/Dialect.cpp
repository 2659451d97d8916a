// Registration of the dialect and verification of its attributes on functions.
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
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
#include "dialect/IndexerOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/AttentionOps.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialect/LatentOps.cpp.inc"
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

/// A name under which a checkpoint or a report knows the value, or a group of parameters.
static LogicalResult verifyWord(Operation *op, NamedAttribute attribute) {
  // dialect_c1 dialect_c10
  auto word = dyn_cast<StringAttr>(attribute.getValue());
  if (word && !word.empty())
    return success();
  return op->emitOpError("expected ")
         << attribute.getName().getValue() << " to be a string that is not empty, got "
         << attribute.getValue();
}

static LogicalResult verifyRole(FunctionOpInterface function, unsigned argument, Attribute value) {
  // dialect_c3
  constexpr StringLiteral kRoles[] = {"input", "parameter", "state",
                                      "seed",  "step",      "learning_rate"};
  auto role = dyn_cast<StringAttr>(value);
  if (!role || !llvm::is_contained(kRoles, role.getValue()))
    return function.emitOpError(
               "expected dsa.role to be input, parameter, state, seed, step or learning_rate, got ")
           << value;
  // dialect_c4
  auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[argument]);
  bool isCounter = role == "seed" || role == "step", isScalar = type && type.getRank() == 0;
  if (isCounter && !(isScalar && type.getElementType().isInteger(64)))
    return function.emitOpError("expected a ") << role.getValue() << " of type tensor<i64>, got "
                                               << function.getArgumentTypes()[argument];
  if (role == "learning_rate" && !(isScalar && isa<FloatType>(type.getElementType())))
    return function.emitOpError("expected a learning_rate that is a scalar float tensor, got ")
           << function.getArgumentTypes()[argument];
  return success();
}

static LogicalResult verifyUpdates(FunctionOpInterface function, unsigned result, Attribute value) {
  // dialect_c5
  auto updates = dyn_cast<IntegerAttr>(value);
  if (!updates || !updates.getType().isInteger(64) || updates.getInt() < 0 ||
      updates.getInt() >= function.getNumArguments())
    return function.emitOpError("expected dsa.updates to be the number of one of ")
           << function.getNumArguments() << " arguments, got " << value;
  // dialect_c6
  Type argument = function.getArgumentTypes()[updates.getInt()],
       got = function.getResultTypes()[result];
  if (argument != got)
    return function.emitOpError("expected result ")
           << result << " of type " << argument << " like the argument that it updates, got "
           << got;
  // dialect_c7
  for (unsigned earlier = 0; earlier < result; ++earlier)
    if (function.getResultAttr(earlier, kUpdatesAttr) == value)
      return function.emitOpError("expected one result to update argument ")
             << updates.getInt() << ", got results " << earlier << " and " << result;
  return success();
}

static LogicalResult verifyMinimize(FunctionOpInterface function, unsigned result,
                                    Attribute value) {
  // dialect_c8
  auto weight = dyn_cast<FloatAttr>(value);
  auto type = dyn_cast<RankedTensorType>(function.getResultTypes()[result]);
  bool isScalar = type && type.getRank() == 0 && isa<FloatType>(type.getElementType());
  if (weight && weight.getType().isF64() && isScalar)
    return success();
  return function.emitOpError(
             "expected dsa.minimize to be an f64 weight of a scalar float result, got ")
         << value << " on " << function.getResultTypes()[result];
}

LogicalResult DsaDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  // dialect_c9
  bool isRecipe = isa<FunctionOpInterface>(op) && isa<DictionaryAttr>(attribute.getValue());
  if (attribute.getName() == kTrainAttr && !isRecipe)
    return op->emitOpError("expected dsa.train to be a dictionary on a function, got ")
           << attribute.getValue();
  // dialect_c12
  auto number = dyn_cast<IntegerAttr>(attribute.getValue());
  bool isNumber = number && number.getType().isInteger(64) && number.getInt() >= 0;
  if (attribute.getName() == kFusedAttr && !isNumber)
    return op->emitOpError("expected dsa.fused to be an i64 >= 0, got ") << attribute.getValue();
  return success();
}

LogicalResult DsaDialect::verifyRegionArgAttribute(Operation *op, unsigned region,
                                                   unsigned argument, NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return success();
  if (attribute.getName() == kRoleAttr)
    return verifyRole(function, argument, attribute.getValue());
  if (attribute.getName() == kGroupAttr) {
    // dialect_c11
    auto role = function.getArgAttrOfType<StringAttr>(argument, kRoleAttr);
    if (!role || (role != "parameter" && role != "step"))
      return op->emitOpError("expected dsa.group on a parameter or a step, got it on argument ")
             << argument;
    return verifyWord(op, attribute);
  }
  if (attribute.getName() != kNameAttr)
    return success();
  // dialect_c2
  for (unsigned earlier = 0; earlier < argument; ++earlier)
    if (function.getArgAttr(earlier, kNameAttr) == attribute.getValue())
      return op->emitOpError("expected arguments of different names, got ")
             << attribute.getValue() << " for arguments " << earlier << " and " << argument;
  return verifyWord(op, attribute);
}

LogicalResult DsaDialect::verifyRegionResultAttribute(Operation *op, unsigned region,
                                                      unsigned result, NamedAttribute attribute) {
  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return success();
  if (attribute.getName() == kUpdatesAttr)
    return verifyUpdates(function, result, attribute.getValue());
  if (attribute.getName() == kMinimizeAttr)
    return verifyMinimize(function, result, attribute.getValue());
  // dialect_c11
  if (attribute.getName() == kGroupAttr && !function.getResultAttr(result, kMinimizeAttr))
    return op->emitOpError("expected dsa.group on a minimised result, got it on result ") << result;
  bool isWord = attribute.getName() == kNameAttr || attribute.getName() == kGroupAttr;
  return isWord ? verifyWord(op, attribute) : success();
}
