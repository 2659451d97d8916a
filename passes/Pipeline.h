// The graph half of the compiler: the passes that every target shares, in their order.
#pragma once

#include "mlir/Pass/PassManager.h"

namespace dsa {

/// From annotated forward functions to proved and differentiated training steps, still dsa ops on
/// tensors. Functions without annotation are proved and simplified only.
void buildTrainingPipeline(mlir::OpPassManager &passes);

/// From dsa ops on tensors to planned launches of kernels; includes the training half. Runs on a
/// module. Without `fuse` each op is a kernel of its own.
void buildGraphPipeline(mlir::OpPassManager &passes, bool fuse = true);

/// Registers `--dsa-training-pipeline` and `--dsa-graph-pipeline`.
void registerGraphPipelines();

} // namespace dsa
