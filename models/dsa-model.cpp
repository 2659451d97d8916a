// dsa-model: says what a model description means, in numbers or as a module.
#include "models/ModelTool.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (llvm::Error error = dsa::runModelTool({argv + 1, argv + argc}, llvm::outs())) {
    llvm::errs() << "dsa-model: " << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
