// dsa-reduce: shrinks a module as long as a script of yours still finds it interesting.
#include "codegen/Registration.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/LogicalResult.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "llvm/Support/CommandLine.h"

static llvm::cl::extrahelp examples(R"(
A script is given a file and exits with 1 if the module in it is interesting, with 0 if not.

examples:
  dsa-reduce test/codegen/reduce-graph.mlir --dsa-reduce-graph=test=test/codegen/Inputs/selects
      what remains selects with top_k and is valid; every other op has gone
  dsa-reduce test/codegen/reduce-graph.mlir \
    --opt-reduction-pass='opt-pass=dsa-simplify-graph test=test/codegen/Inputs/selects'
      the same graph simplified, if it is interesting still
)");

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dsa::registerEverything(registry);
  mlir::MLIRContext context(registry);
  return failed(mlir::mlirReduceMain(argc, argv, context));
}
