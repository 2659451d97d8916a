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
  auto context = std::make_shared<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = buildModel(*context, config, build);
  return Session::create(context, *module, session);
}
