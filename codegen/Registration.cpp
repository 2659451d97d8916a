// Registration of dialects, passes and pipelines for every tool.
#include "codegen/Registration.h"

#include "dialect/Dialect.h"
#include "passes/Passes.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

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
}

} // namespace dsa
