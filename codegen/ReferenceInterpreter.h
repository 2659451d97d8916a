// Runs the body of a graph function or kernel op by op through the reference, in f64.
#pragma once

#include "runtime/Tensor.h"

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace dsa {

/// The operands of the terminator of `body`, run on `arguments`: floats as F64, integers as they
/// are declared. Fails on an op without a reference, and on what the ops themselves refuse (a NaN
/// in top_k, an id out of range).
llvm::Expected<llvm::SmallVector<Tensor>> interpret(mlir::Block &body,
                                                    llvm::ArrayRef<Tensor> arguments);

/// The results of one op whose operands are `operands`, under the same rules.
llvm::Expected<llvm::SmallVector<Tensor>> interpret(mlir::Operation &op,
                                                    llvm::ArrayRef<Tensor> operands);

} // namespace dsa
