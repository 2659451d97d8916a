// The emitters of the kernel families: which function writes the loops of which anchor op.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Emits all phases of the kernel that `b` is set up for. `anchor` is the kernel's one op that is
/// neither pointwise nor a view, else its first pointwise op, else its first view. Fails after an
/// error at the op.
using Emitter = llvm::LogicalResult (*)(KernelBuilder &b, mlir::Operation *anchor);

/// The emitter of kernels anchored at `anchor`, null if the family is unknown here.
Emitter emitterFor(mlir::Operation *anchor);

/// Whether the kernels anchored at `anchor` write each element of a result once and never read it
/// back, so that it may be narrower than what is computed with.
bool storesOnce(mlir::Operation *anchor);

llvm::LogicalResult emitPointwise(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitRope(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitCopy(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitConcat(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitRandomKey(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitEmbedding(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitEmbeddingGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitRmsNorm(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitRmsNormGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitArgmax(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitCrossEntropy(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitCrossEntropyGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitRoute(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitRouteGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitBalanceLoss(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitBalanceLossGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitDispatch(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitDispatchGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitCombine(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitCombineGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitClipByGlobalNorm(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitAdamStep(KernelBuilder &b, mlir::Operation *anchor);

llvm::LogicalResult emitLinear(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitLinearGradInput(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitLinearGradWeight(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGroupedLinear(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGroupedLinearGradInput(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGroupedLinearGradWeight(KernelBuilder &b, mlir::Operation *anchor);

llvm::LogicalResult emitAttention(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitAttentionGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitHeadLinear(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitHeadLinearGradWeight(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitShareHeads(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitSumHeads(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitIndexScores(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitIndexScoresGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitTopK(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitWindow(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitIndexKl(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitIndexKlGrad(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitFillFuture(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGather(KernelBuilder &b, mlir::Operation *anchor);
llvm::LogicalResult emitGatherGrad(KernelBuilder &b, mlir::Operation *anchor);

} // namespace dsa::cpu
