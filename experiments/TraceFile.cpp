// Declares and writes the timeline of a question.
#include "experiments/TraceFile.h"

using namespace dsa;

void TraceFile::declare(Options &options) {
  options.text("trace", "FILE", "timeline of compiling and of the first steps, for ui.perfetto.dev",
               path);
}

llvm::Error TraceFile::write() const {
  return path.empty() ? llvm::Error::success() : trace->write(path);
}
