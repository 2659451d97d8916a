// The emitters of the kernel families: which function writes the loops of which anchor op.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Emits all phases of the kernel that `b` is set up for. `anchor` is the kernel's one op that is
/// neither pointwise nor a view; null for a kernel of pointwise ops only. Fails after an error at
/// the op.
using Emitter = llvm::LogicalResult (*)(KernelBuilder &b, mlir::Operation *anchor);

/// The emitter of kernels anchored at `anchor`, null if the family is unknown here.
Emitter emitterFor(mlir::Operation *anchor);

llvm::LogicalResult emitPointwise(KernelBuilder &b, mlir::Operation *anchor);

llvm::LogicalResult emitLinear(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitLinearGradInput(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitLinearGradWeight(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGroupedLinear(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGroupedLinearGradInput(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGroupedLinearGradWeight(KernelBuilder &b, mlir::Operation *anchor);

} // namespace dsa::cpu
