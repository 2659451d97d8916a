// Trains every run of a study in turn, each from its newest checkpoint on.
#pragma once

#include "experiments/Dataset.h"
#include "experiments/Study.h"
#include "experiments/StudyFolder.h"
#include "experiments/StudyOptions.h"
#include "experiments/Windows.h"

namespace dsa {

class StudyRunner {
public:
  /// Adds to `study`, which holds the settings; all four outlive the runner.
  StudyRunner(Study &study, const Dataset &data, StudyFolder &folder, const StudyOptions &options)
      : study(study), data(data), folder(folder), options(options) {}

  /// Every length, seed and arm, with the study written after each run. A run that is already
  /// complete is taken from its checkpoint. `study.finished` stays false when SIGINT or SIGTERM
  /// ended it. An error names run, step and the last good checkpoint.
  llvm::Error run();

private:
  llvm::Error trainAt(int64_t length);
  /// Brings `run` to its end, or as far as it gets.
  llvm::Error complete(RunRecord &run, const Windows &windows);
  llvm::Error train(RunRecord &run, const Windows &windows, std::optional<SavedRun> saved);
  llvm::Error fail(const RunRecord &run, llvm::Error error);
  /// Tokens that are still to be trained on after `step` of the run under way.
  double tokensLeft(const RunRecord &run) const;

  Study &study;
  const Dataset &data;
  StudyFolder &folder;
  const StudyOptions &options;
};

} // namespace dsa
