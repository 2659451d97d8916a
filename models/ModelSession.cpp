// Builds, compiles and initialises a model.
#include "models/ModelSession.h"

#include "codegen/Registration.h"

#include "mlir/IR/MLIRContext.h"

using namespace mlir;
using namespace dsa;

llvm::Expected<std::unique_ptr<Session>> dsa::createSession(const ModelConfig &config,
                                                            const BuildOptions &build,
                                                            const SessionOptions &session) {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  return Session::create(*buildModel(context, config, build), session);
}
