// What benchmarks have measured so far, commit by commit, and whether it became slower.
#pragma once

#include "experiments/KernelBenchmark.h"
#include "experiments/Options.h"

namespace dsa {

/// The options --record and --history that all benchmarks share. The file has one JSON object a
/// line: what `toJson` makes of a benchmark, with the commit and the day before it.
class HistoryFile {
public:
  void declare(Options &options);
  /// Appends `benchmark` if somebody asked for it, the line whole or not at all. Sources that lie
  /// in no git checkout have no commit to record: an error.
  llvm::Error record(const KernelBenchmark &benchmark) const;

private:
  bool asked = false;
  std::string path;
};

/// Where benchmarks are recorded unless --history says otherwise.
inline constexpr llvm::StringLiteral kHistoryPath = "experiments/results/history.jsonl";

/// All runs of one commit.
struct HistoryRuns {
  std::string commit;
  std::vector<double> peakFractions;
};

/// One row of a benchmark under two commits, by the medians of its shares of the peak.
struct HistoryChange {
  std::string row; ///< "linear 4096x256x768, 1 thread".
  HistoryRuns before, now;
  double ratio = 1; ///< of the medians, now / before; below 1 is slower
  bool slower = false;
};

/// What to compare and when it counts.
struct HistoryQuery {
  std::string commit;
  int64_t runs = 3;     ///< Fewest runs of either commit.
  double threshold = 5; ///< Per cent.
};

/// The changes of every row that `text`, the content of a history file, has for the commit asked
/// for and for one before it on the same machine; the newest of those is compared. A row is slower
/// if its median share of the peak has lost more than the threshold and even its best run does not
/// reach the median before: a neighbour that disturbs one run makes no row slower. No rows of both
/// commits with enough runs, or a line that no benchmark wrote, is an error.
llvm::Expected<std::vector<HistoryChange>> compareHistory(llvm::StringRef text,
                                                          const HistoryQuery &query);

} // namespace dsa
