// dsa-opt: reads a module, runs any pass or pipeline of the project or of MLIR, prints the result.
#include "codegen/Registration.h"
#include "passes/Statistic.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"

static llvm::cl::opt<bool> statistics("dsa-statistics",
                                      llvm::cl::desc("Print what the passes of dsa have counted"));

static llvm::cl::extrahelp examples(R"(
examples:
  dsa-model emit models/configs/sparse-moe.json --train | dsa-opt --dsa-graph-pipeline --dsa-statistics
      a training step as planned launches of kernels, and how much each pass has done for it
  dsa-opt test/tutorial/first-steps.mlir --dsa-plan-fusion=explain --dsa-outline-kernels --mlir-print-ir-before-all
      what two passes make of a module, beside what they were given, and why
  dsa-model emit models/configs/sparse-moe.json --train | dsa-opt --dsa-explore-fusion=machine=h100 -o /dev/null
      what each fusion of a training step would spare on another machine
)");

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dsa::registerEverything(registry);
  auto result = mlir::MlirOptMain(argc, argv, "dsa: compiler for sparse attention\n", registry);
  if (statistics)
    dsa::printStatistics(llvm::errs());
  return mlir::asMainReturnCode(result);
}
