// Spans as complete events of the trace event format, times in microseconds.
#include "runtime/Trace.h"

#include "runtime/AtomicFile.h"
#include "llvm/Support/JSON.h"

namespace dsa {

double Trace::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Trace::record(llvm::StringRef name, int thread, double begin, double end) {
  std::lock_guard lock(mutex);
  spans.push_back({name.str(), thread, begin, end});
}

std::string Trace::json() const {
  std::lock_guard lock(mutex);
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os);
  json.object([&] {
    json.attribute("displayTimeUnit", "ms");
    json.attributeArray("traceEvents", [&] {
      for (const Span &span : spans)
        json.object([&] {
          json.attribute("name", span.name);
          json.attribute("ph", "X");
          json.attribute("pid", 1);
          json.attribute("tid", span.thread);
          json.attribute("ts", 1e6 * span.begin);
          json.attribute("dur", 1e6 * (span.end - span.begin));
        });
    });
  });
  return text;
}

llvm::Error Trace::write(llvm::StringRef path) const {
  return writeAtomically(path, {json()});
}

} // namespace dsa
