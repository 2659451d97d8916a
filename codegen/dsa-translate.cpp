// dsa-translate: prints what a target would run for each kernel of a module, as LLVM IR or
// assembly.
#include "codegen/Registration.h"

#include "mlir/Support/LogicalResult.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "llvm/Support/CommandLine.h"

static llvm::cl::extrahelp examples(R"(
examples:
  dsa-translate test/codegen/cpu/pipeline.mlir --dsa-to-assembly
      the machine code of a product on this machine; look for vfmadd
  dsa-opt test/passes/graph-pipeline.mlir --dsa-graph-pipeline | dsa-translate --dsa-to-llvmir
      the LLVM IR of each kernel of a planned training step
)");

int main(int argc, char **argv) {
  dsa::registerTranslations();
  return failed(mlir::mlirTranslateMain(argc, argv, "dsa: kernels as the machine sees them"));
}
