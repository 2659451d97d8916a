// A timeline of a run in the JSON that trace viewers (Perfetto, chrome://tracing) open.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace dsa {

/// Collects spans from any thread; times count from the construction of the trace.
class Trace {
public:
  /// Seconds since the trace began.
  double now() const;
  /// A span of `thread` from `begin` to `end`, in seconds of `now`; spans of one thread may nest.
  void record(llvm::StringRef name, int thread, double begin, double end);

  size_t size() const { return spans.size(); }
  /// The whole timeline as one JSON object.
  std::string json() const;
  /// The same as a file, written atomically.
  llvm::Error write(llvm::StringRef path) const;

private:
  struct Span {
    std::string name;
    int thread;
    double begin, end;
  };
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  mutable std::mutex mutex;
  std::vector<Span> spans;
};

} // namespace dsa
