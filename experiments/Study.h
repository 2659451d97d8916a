// Everything a comparison of arms has measured: the one record that summary, plots, claims and
// report are made of.
#pragma once

#include "experiments/RunRecord.h"
#include "experiments/Statistics.h"
#include "experiments/StudySettings.h"

namespace dsa {

/// What is known about the data once it is read.
struct StudyData {
  int64_t bytes = 0, trainingTokens = 0, heldOutTokens = 0;
  int64_t pieces = 0;       ///< Ids in use; fewer than the vocabulary if the text supports no more.
  int64_t sharedTokens = 0; ///< Token positions both trained on and held out, largest length.
};

struct Study {
  StudySettings settings;
  StudyData data;
  std::string command, machine, date;
  std::vector<std::string> warnings;
  std::vector<RunRecord> runs;
  bool finished = false; ///< Every run has done all its steps.
};

/// The last evaluations of one arm at one length, over the seeds that were evaluated at all.
struct ArmResult {
  int64_t seeds = 0;
  Spread loss, accuracy, earlyLoss, earlyAccuracy, lateLoss, lateAccuracy;
  double secondsPerStep = 0; ///< Mean over seeds of the median step.
  double firstLoss = 0;      ///< Mean cross entropy of the first step, before any update.
  std::optional<IndexerHealth> indexer; ///< Mean over seeds; nothing where none is observed.
};
/// Nothing if no run of this arm and length has been evaluated.
std::optional<ArmResult> resultOf(const Study &study, llvm::StringRef arm, int64_t length);

/// Arm minus baseline at one length, over the seeds for which both have come to the same step.
struct ArmDifference {
  std::string arm, baseline;
  Difference loss, accuracy, earlyLoss, earlyAccuracy, lateLoss, lateAccuracy;
  std::optional<Difference> massRecall; ///< Where the indexers of both are observed.
};
/// Nothing if there is no such seed.
std::optional<ArmDifference> differenceOf(const Study &study, llvm::StringRef arm,
                                          llvm::StringRef baseline, int64_t length);

/// Every arm of `study` against every one before it at `length`, where both have results.
std::vector<ArmDifference> differencesAt(const Study &study, int64_t length);

/// The lengths at which at least one arm has a result, ascending.
std::vector<int64_t> measuredLengths(const Study &study);

/// The settings, data and results of `study`, without its claims.
llvm::json::Object toJson(const Study &study);

} // namespace dsa
