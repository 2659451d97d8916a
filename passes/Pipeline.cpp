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

void dsa::buildGraphPipeline(OpPassManager &passes, const PlanOptions &plan) {
  buildTrainingPipeline(passes);
  DecomposeLatentAttentionOptions latent;
  if (plan.form)
    latent.form = stringifyLatentForm(*plan.form).str();
  passes.addNestedPass<func::FuncOp>(createDecomposeLatentAttention(latent));
  passes.addPass(createSimplifyGraph());
  // Scores of its own serve a loss only if its kernel makes them.
  if (plan.mayGrow("index_kl") && plan.mayGrow("index_scores_grad"))
    passes.addNestedPass<func::FuncOp>(createRecomputeScores());
  if (plan.fuse) {
    PlanFusionOptions fusion;
    llvm::append_range(fusion.only, plan.only);
    llvm::append_range(fusion.without, plan.without);
    fusion.prologues = plan.prologues;
    passes.addNestedPass<func::FuncOp>(createPlanFusion(fusion));
  }
  passes.addPass(createOutlineKernels());
  passes.addNestedPass<func::FuncOp>(createScheduleKernels());
  if (plan.memoryLimit > 0)
    passes.addNestedPass<func::FuncOp>(createRecomputeValues({plan.memoryLimit}));
  passes.addPass(createPlanBuffers());
}

namespace {
/// `PlanOptions` as text.
struct GraphPipelineOptions : PassPipelineOptions<GraphPipelineOptions> {
  Option<bool> fuse{*this, "fuse", llvm::cl::desc("let ops share a kernel"), llvm::cl::init(true)};
  ListOption<std::string> only{*this, "only", llvm::cl::desc("families whose kernels may grow")};
  ListOption<std::string> without{*this, "without",
                                  llvm::cl::desc("families whose kernels must not grow")};
  Option<bool> prologues{*this, "prologues",
                         llvm::cl::desc("let products compute what stands before them"),
                         llvm::cl::init(true)};
  Option<int64_t> memoryLimit{*this, "memory-limit",
                              llvm::cl::desc("bytes of the arena of each function; 0: any number"),
                              llvm::cl::init(0)};
};
} // namespace

void dsa::registerGraphPipelines() {
  PassPipelineRegistration<>("dsa-training-pipeline",
                             "from annotated forward functions to training steps",
                             buildTrainingPipeline);
  PassPipelineRegistration<GraphPipelineOptions>(
      "dsa-graph-pipeline", "from a graph to planned launches of kernels",
      [](OpPassManager &passes, const GraphPipelineOptions &options) {
        PlanOptions plan;
        plan.fuse = options.fuse;
        plan.only.assign(options.only.begin(), options.only.end());
        plan.without.assign(options.without.begin(), options.without.end());
        plan.prologues = options.prologues;
        plan.memoryLimit = options.memoryLimit;
        buildGraphPipeline(passes, plan);
      });
}
