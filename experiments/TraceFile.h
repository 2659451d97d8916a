// The option --trace that all questions share: a timeline of compiling and of the first steps.
#pragma once

#include "experiments/Options.h"
#include "runtime/Trace.h"

#include <memory>

namespace dsa {

/// A timeline and the file that receives it. Copies share the timeline.
class TraceFile {
public:
  /// Declares `--trace=FILE`; without it nothing is recorded.
  void declare(Options &options);
  /// What compiling and running record to, or null when nobody asked.
  Trace *timeline() const { return path.empty() ? nullptr : trace.get(); }
  /// Writes the file if one was asked for.
  llvm::Error write() const;

private:
  std::string path;
  std::shared_ptr<Trace> trace = std::make_shared<Trace>();
};

} // namespace dsa
