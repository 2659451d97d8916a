// The dsa dialect: every op, enum and attribute name of the graph and kernel levels.
#pragma once

#include "dialect/Interfaces.h"
#include "dialect/LatentSizes.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialect/DsaDialect.h.inc"
#include "dialect/DsaEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/DsaAttributes.h.inc"

#define GET_OP_CLASSES
#include "dialect/TensorOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/ElementwiseOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/LossOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/IndexerOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/AttentionOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/LatentOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/MoeOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/TrainOps.h.inc"
#define GET_OP_CLASSES
#include "dialect/KernelOps.h.inc"

namespace dsa {

/// Argument attribute: what the argument is for: "input", "parameter", "state", "seed", "step" or
/// "learning_rate".
inline constexpr llvm::StringLiteral kRoleAttr = "dsa.role";
/// Argument and result attribute: the name under which a checkpoint or a report knows the value.
inline constexpr llvm::StringLiteral kNameAttr = "dsa.name";
/// Argument attribute: `[low, high)` as an i64 array, where the values of the argument lie.
inline constexpr llvm::StringLiteral kRangeAttr = "dsa.range";
/// What the names of arguments and results begin with that hold choices: "choice.top_k.0".
inline constexpr llvm::StringLiteral kChoicePrefix = "choice.";
/// Result attribute: the number of the argument that the result replaces in place.
inline constexpr llvm::StringLiteral kUpdatesAttr = "dsa.updates";
/// Function attribute: the author knows that future tokens leak; a rejection becomes a warning.
inline constexpr llvm::StringLiteral kAcknowledgeLeakAttr = "dsa.acknowledge_leak";
/// Function attribute: how differentiation turns a forward function into a training step.
inline constexpr llvm::StringLiteral kTrainAttr = "dsa.train";
/// Result attribute: the weight of a scalar result in the sum that the training step minimises.
inline constexpr llvm::StringLiteral kMinimizeAttr = "dsa.minimize";
/// Argument and result attribute: the group of parameters that one belongs to or a minimised result
/// trains. Each group is clipped by its own norm.
inline constexpr llvm::StringLiteral kGroupAttr = "dsa.group";
/// Attribute of an op, an i64 >= 0: ops with the same number become one kernel. An op without it is
/// a kernel of its own.
inline constexpr llvm::StringLiteral kFusedAttr = "dsa.fused";

} // namespace dsa
