// Registration of dialects, passes and pipelines for every tool.
#include "codegen/Registration.h"

#include "codegen/cpu/LowerKernels.h"
#include "dialect/Dialect.h"
#include "passes/Passes.h"
#include "passes/Pipeline.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

namespace dsa {

void registerDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<DsaDialect>();
}

void registerEverything(mlir::DialectRegistry &registry) {
  registerDialects(registry);
  mlir::registerAllPasses();
  registerDsaPasses();
  registerGraphPipelines();
  registerDsaCodegenPasses();
  mlir::PassPipelineRegistration<>(
      "dsa-phases-to-llvm", "lower a module of phases to the LLVM dialect", cpu::buildPhasesToLlvm);
  mlir::PassPipelineRegistration<>(
      "dsa-cpu-pipeline", "from a graph to the LLVM dialect of every kernel, for this machine",
      cpu::buildCpuPipeline);
}

} // namespace dsa
