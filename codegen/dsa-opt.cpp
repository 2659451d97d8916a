// dsa-opt: reads a module, runs any pass or pipeline of the project or of MLIR, prints the result.
#include "codegen/Registration.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dsa::registerEverything(registry);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "dsa: compiler for sparse attention\n", registry));
}
