// Growing the signature of a function: one argument or one result at its end.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dsa {

/// A new last argument of `function` with the given attributes.
mlir::Value appendArgument(mlir::func::FuncOp function, mlir::Type type,
                           mlir::DictionaryAttr attributes);
/// Makes `value`, which the one block of `function` computes, its last result, called `name`.
void appendResult(mlir::func::FuncOp function, mlir::Value value, const llvm::Twine &name);

} // namespace dsa
