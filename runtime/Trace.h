// A timeline of compiling and running in the JSON that trace viewers (Perfetto, chrome://tracing)
// open.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace dsa {

/// One bar of a timeline, in seconds since the trace began.
struct TraceSpan {
  std::string name;
  /// What it is: "pass", "compile", "run", "launch" or "range" (the items that one thread works
  /// on).
  llvm::StringRef category;
  /// 0 is the thread that called; the others are workers.
  int thread = 0;
  double begin = 0, end = 0;
  /// What a viewer shows of it besides: numbers and words by name.
  llvm::json::Object facts;
};

/// Collects spans from any thread; times count from the construction of the trace.
class Trace {
public:
  /// Seconds since the trace began.
  double now() const;
  /// Adds a span; spans of one thread may nest but not overlap otherwise.
  void record(TraceSpan span);

  size_t size() const { return spans.size(); }
  /// The whole timeline as one JSON object.
  std::string json() const;
  /// The same as a file, written atomically.
  llvm::Error write(llvm::StringRef path) const;

private:
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  mutable std::mutex mutex;
  std::vector<TraceSpan> spans;
};

/// A span from its construction to its destruction; without a trace it does nothing.
class TraceScope {
public:
  TraceScope(Trace *trace, const llvm::Twine &name, llvm::StringRef category, int thread = 0);
  ~TraceScope();
  TraceScope(const TraceScope &) = delete;
  TraceScope &operator=(const TraceScope &) = delete;

  /// Says one more fact of the span; words that do not live as long as the trace are std::strings.
  void note(llvm::StringRef key, llvm::json::Value value);

private:
  Trace *trace;
  TraceSpan span;
};

} // namespace dsa
