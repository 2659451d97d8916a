// dsa-run: runs functions of a module on a target, and compares targets.
#include "frontend/RunTool.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (llvm::Error error = dsa::runRunTool({argv + 1, argv + argc}, llvm::outs())) {
    llvm::errs() << "dsa-run: " << llvm::toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
