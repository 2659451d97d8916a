// Spans as complete events of the trace event format, times in microseconds.
#include "runtime/Trace.h"

#include "runtime/AtomicFile.h"
#include "llvm/ADT/Twine.h"

namespace dsa {

double Trace::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Trace::record(TraceSpan span) {
  std::lock_guard lock(mutex);
  spans.push_back(std::move(span));
}

std::string Trace::json() const {
  std::lock_guard lock(mutex);
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os);
  json.object([&] {
    json.attribute("displayTimeUnit", "ms");
    json.attributeArray("traceEvents", [&] {
      for (const TraceSpan &span : spans)
        json.object([&] {
          json.attribute("name", span.name);
          json.attribute("cat", span.category);
          json.attribute("ph", "X");
          json.attribute("pid", 1);
          json.attribute("tid", span.thread);
          json.attribute("ts", 1e6 * span.begin);
          json.attribute("dur", 1e6 * (span.end - span.begin));
          json.attribute("args", llvm::json::Value(llvm::json::Object(span.facts)));
        });
    });
  });
  return text;
}

llvm::Error Trace::write(llvm::StringRef path) const {
  return writeAtomically(path, {json()});
}

TraceScope::TraceScope(Trace *trace, const llvm::Twine &name, llvm::StringRef category, int thread)
    : trace(trace) {
  if (trace)
    span = {name.str(), category, thread, trace->now(), 0, {}};
}

TraceScope::~TraceScope() {
  if (!trace)
    return;
  span.end = trace->now();
  trace->record(std::move(span));
}

void TraceScope::note(llvm::StringRef key, llvm::json::Value value) {
  if (trace)
    span.facts[key] = std::move(value);
}

} // namespace dsa
