// dsa-fuzz: judges random graphs in every form in which they can run.
#include "frontend/FuzzTool.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (llvm::Error error = dsa::runFuzzTool({argv + 1, argv + argc}, llvm::outs())) {
    llvm::errs() << "dsa-fuzz: " << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
