// The graph half of the compiler: the passes that every target shares, in their order.
#pragma once

#include "passes/PlanOptions.h"

#include "mlir/Pass/PassManager.h"

namespace dsa {

/// From annotated forward functions to proved and differentiated training steps, still dsa ops on
/// tensors. Functions without annotation are proved and simplified only.
void buildTrainingPipeline(mlir::OpPassManager &passes);

/// From dsa ops on tensors to planned launches of kernels; includes the training half. Runs on a
/// module.
void buildGraphPipeline(mlir::OpPassManager &passes, const PlanOptions &plan = {});

/// Registers `--dsa-training-pipeline` and `--dsa-graph-pipeline`.
void registerGraphPipelines();

} // namespace dsa
