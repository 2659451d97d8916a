// The graph half of the compiler's table of contents, readable aloud.
#include "passes/Pipeline.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void dsa::buildGraphPipeline(OpPassManager &passes) {
  passes.addPass(createSimplifyGraph());
  passes.addPass(createDifferentiateGraph());
  passes.addPass(createSimplifyGraph());
  passes.addPass(createOutlineKernels());
  passes.addNestedPass<func::FuncOp>(createScheduleKernels());
  passes.addPass(createPlanBuffers());
}

void dsa::registerGraphPipeline() {
  PassPipelineRegistration<>("dsa-graph-pipeline", "from a graph to planned launches of kernels",
                             buildGraphPipeline);
}
