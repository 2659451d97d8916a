// The graph half of the compiler: the passes that every target shares, in their order.
#pragma once

#include "mlir/Pass/PassManager.h"

namespace dsa {

/// From dsa ops on tensors, annotated for training or not, to planned launches of kernels. Runs on
/// a module.
void buildGraphPipeline(mlir::OpPassManager &passes);

/// Registers `--dsa-graph-pipeline`.
void registerGraphPipeline();

} // namespace dsa
