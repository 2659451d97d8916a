// The frame of every main program: arguments in, text out, one sentence and exit status 1 on error.
#include "frontend/ToolMain.h"

#include "llvm/Support/InitLLVM.h"

int dsa::toolMain(
    llvm::StringRef name, int argc, char **argv,
    llvm::function_ref<llvm::Error(llvm::ArrayRef<const char *>, llvm::raw_ostream &)> run) {
  llvm::InitLLVM init(argc, argv);
  llvm::raw_fd_ostream &output = llvm::outs();
  llvm::Error error = run({argv + 1, argv + argc}, output);
  output.flush();
  if (output.has_error()) {
    std::string why = output.error().message();
    output.clear_error(); // else the stream ends the program in its own words
    if (!error)
      error = llvm::createStringError("cannot write standard output: " + why);
  }
  if (!error)
    return 0;
  llvm::errs() << name << ": " << llvm::toString(std::move(error)) << '\n';
  return 1;
}
