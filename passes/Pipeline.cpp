// The graph half of the compiler's table of contents, readable aloud.
#include "passes/Pipeline.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void dsa::buildTrainingPipeline(OpPassManager &passes) {
  passes.addPass(createSimplifyGraph());
  passes.addNestedPass<func::FuncOp>(createVerifyCausality());
  passes.addNestedPass<func::FuncOp>(createVerifyGradientFlow());
  passes.addPass(createDifferentiateGraph());
  passes.addNestedPass<func::FuncOp>(createVerifyGradientFlow());
  passes.addPass(createSimplifyGraph());
}

void dsa::buildGraphPipeline(OpPassManager &passes, bool fuse) {
  buildTrainingPipeline(passes);
  passes.addNestedPass<func::FuncOp>(createDecomposeLatentAttention());
  passes.addPass(createSimplifyGraph());
  if (fuse)
    passes.addNestedPass<func::FuncOp>(createRecomputeScores());
  passes.addPass(createOutlineKernels({fuse}));
  passes.addNestedPass<func::FuncOp>(createScheduleKernels());
  passes.addPass(createPlanBuffers());
}

void dsa::registerGraphPipelines() {
  PassPipelineRegistration<>("dsa-training-pipeline",
                             "from annotated forward functions to training steps",
                             buildTrainingPipeline);
  PassPipelineRegistration<>("dsa-graph-pipeline", "from a graph to planned launches of kernels",
                             [](OpPassManager &passes) { buildGraphPipeline(passes); });
}
