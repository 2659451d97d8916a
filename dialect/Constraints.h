// How a broken constraint is reported: the verifiers of all op families share one wording.
#pragma once

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace dsa {

/// `expected <what> of type <expected>, got <type of value>`.
mlir::LogicalResult expectType(mlir::Operation *op, llvm::StringRef what, mlir::Value value,
                               mlir::Type expected);
/// `expected <what> of element type <expected>, got <element type of value>`.
mlir::LogicalResult expectElement(mlir::Operation *op, llvm::StringRef what, mlir::Value value,
                                  mlir::Type expected);
/// `expected <expected> <what>, got <got>`: the sizes of two axes that must agree.
mlir::LogicalResult expectCount(mlir::Operation *op, llvm::StringRef what, int64_t expected,
                                int64_t got);
/// `expected <condition>, got <got>`, unless the condition `holds`.
mlir::LogicalResult expectNumber(mlir::Operation *op, bool holds, llvm::StringRef condition,
                                 const llvm::APFloat &got);
/// `expected a finite <name> > 0, got <got>`.
mlir::LogicalResult expectPositive(mlir::Operation *op, llvm::StringRef name,
                                   const llvm::APFloat &got);
/// `expected 0 <= <name> < 1, got <got>`.
mlir::LogicalResult expectShare(mlir::Operation *op, llvm::StringRef name,
                                const llvm::APFloat &got);
/// The same as expectNumber for integer attributes, which are signed however they are stored.
mlir::LogicalResult expectInteger(mlir::Operation *op, bool holds, llvm::StringRef condition,
                                  int64_t got);
/// `expected <name> of shape [<shape>], got [<shape of value>]`.
mlir::LogicalResult expectShape(mlir::Operation *op, llvm::StringRef name, mlir::Value value,
                                llvm::ArrayRef<int64_t> shape);
/// `expected dropout in [0, 1), got <rate>`, or `expected a random key for dropout <rate>, got
/// none`.
mlir::LogicalResult expectDropout(mlir::Operation *op, mlir::FloatAttr rate, mlir::Value key);

} // namespace dsa
