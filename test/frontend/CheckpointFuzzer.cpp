// Feeds arbitrary bytes to a session as its checkpoint, whatever their checksum: all or nothing
// changes.
#include "frontend/Session.h"
#include "frontend/TrainStep.h"

#include "codegen/Registration.h"
#include "test/runtime/MemoryFile.h"

#include <cstdlib>

using namespace mlir;
using namespace dsa;

static std::unique_ptr<Session> makeSession() {
  DialectRegistry registry;
  registerDialects(registry);
  auto context = std::make_shared<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadDialect<DsaDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module(ModuleOp::create(UnknownLoc::get(&*context)));
  Graph graph(*module, kStepEntry);
  Type index = IntegerType::get(&*context, 32);
  Value tokens = graph.input("tokens", {1, 3}, index);
  Value logits = graph.embedding(graph.parameter("w", {2, 2}), graph.slice(tokens, 1, 0, 2));
  graph.minimize("loss", graph.crossEntropy(logits, graph.slice(tokens, 1, 1, 2)).getLoss());
  setTrainStep(graph, {});
  graph.finish();
  SessionOptions options;
  options.compiler.target = "reference";
  options.compiler.threads = 1;
  return llvm::cantFail(Session::create(context, *module, options));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static std::unique_ptr<Session> session = makeSession();
  static MemoryFile file;
  file.write(data, size);
  llvm::consumeError(readCheckpoint(file.path()).takeError());
  auto tensors = readSafetensors(file.path());
  if (!tensors)
    return llvm::consumeError(tensors.takeError()), 0;
  auto checkpoint = checkpointOf(*tensors, file.path());
  if (!checkpoint)
    return llvm::consumeError(checkpoint.takeError()), 0;
  int64_t steps = session->steps();
  bool refused = llvm::errorToBool(session->restore(*checkpoint));
  if (session->steps() != (refused ? steps : checkpoint->steps))
    std::abort();
  return 0;
}
