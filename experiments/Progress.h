// The line that says how far a run is: a bar on a terminal, plain lines elsewhere.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <string>

namespace dsa {

class Progress {
public:
  /// Of a run that has done `done` of its steps. On a stream that is no terminal a line appears
  /// every tenth of the steps; on a terminal the bar is redrawn in place.
  Progress(llvm::raw_ostream &out, llvm::StringRef label, int64_t steps, int64_t tokensPerStep,
           int64_t done = 0);

  /// After step `step` (from 1) with loss `loss`.
  void update(int64_t step, double loss);

  /// Mean speed since this object exists, after step `step`.
  double tokensPerSecond(int64_t step) const;

  /// Puts `text` on a line of its own in place of the bar.
  void say(llvm::StringRef text);

  /// "1 h 5 min", "3 min 20 s" or "12 s".
  static std::string duration(double seconds);

private:
  std::string line(int64_t step, double loss) const;

  llvm::raw_ostream &out;
  std::string label;
  int64_t steps, tokensPerStep, first;
  bool terminal;
  std::chrono::steady_clock::time_point begin, drawn;
};

} // namespace dsa
