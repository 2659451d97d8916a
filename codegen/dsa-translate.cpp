// dsa-translate: prints what a target would run for each kernel of a module, as LLVM IR or
// assembly.
#include "codegen/Registration.h"

#include "mlir/Support/LogicalResult.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  dsa::registerTranslations();
  return failed(mlir::mlirTranslateMain(argc, argv, "dsa: kernels as the machine sees them"));
}
