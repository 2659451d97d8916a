// Bodies of numbers, of a dsa.map or of the scores of attention, on vector registers.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// What `body` yields for `inputs`, a vector of lanes() f32 elements each. No op calls a library;
/// sine and cosine lose their digits beyond 1e5 radians.
llvm::SmallVector<mlir::Value> evaluateBody(KernelBuilder &b, mlir::Block &body,
                                            llvm::ArrayRef<mlir::Value> inputs);

} // namespace dsa::cpu
