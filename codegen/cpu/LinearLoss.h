// The loss of logits that a linear map makes in the same kernel, and the gradients behind it.
#pragma once

#include "codegen/cpu/LossFold.h"

namespace dsa::cpu {

/// Emits the kernel of `op` whose logits a dsa.linear of the kernel makes, with the folds and
/// products of the kernel that read them: logits exist for a chunk of tokens at a time if there is
/// a gradient, else for one tile. The bits are those of the kernels it stands for.
llvm::LogicalResult emitLinearLoss(KernelBuilder &b, CrossEntropyOp op);

} // namespace dsa::cpu
