// Everything a comparison of arms has measured: the one record that summary, plots, claims and
// report are made of.
#pragma once

#include "experiments/Trainer.h"

#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace dsa {

/// How often, at what rate and on what every arm was trained.
struct StudySettings {
  std::string preset;
  std::vector<std::string> arms;
  std::vector<int64_t> lengths;
  std::vector<int64_t> seeds;
  int64_t steps = 0, batch = 0, evaluateEvery = 0, heldOutWindows = 0;
  double rate = 0;
  int64_t warmup = 0;
  bool cosine = false;
  std::optional<double> clip;
  double dropout = 0.1;
  std::string init;
  std::string corpus;
  int64_t tokenLimit = 0; ///< Only so many tokens of the corpus are used; 0 means all.
  int64_t vocabulary = 0; ///< Rows of the embedding.
  std::string split;
  int64_t threads = 0;
  std::string target;
};

/// What is known about the data once it is read.
struct StudyData {
  int64_t bytes = 0, trainingTokens = 0, heldOutTokens = 0;
  int64_t pieces = 0;       ///< Ids in use; fewer than the vocabulary if the text supports no more.
  int64_t sharedTokens = 0; ///< Token positions both trained on and held out, largest length.
};

/// One arm at one length and seed.
struct RunRecord {
  std::string arm;
  int64_t length = 0, selected = 0, seed = 0;
  int64_t parameters = 0;
  int64_t flopsPerStep = 0; ///< Of the training step, counted on its IR; 0 if not known.
  int64_t plannedBytes = 0; ///< Of the step's arena.
  double compileSeconds = 0;
  TrainingLog log;
};

struct Study {
  StudySettings settings;
  StudyData data;
  std::string command, machine, date;
  std::vector<std::string> warnings;
  std::vector<RunRecord> runs;
  bool finished = false; ///< Every run has done all its steps.
};

/// Mean over seeds, and the sample standard deviation (0 with one seed).
struct Spread {
  double mean = 0, deviation = 0;
};
Spread spreadOf(llvm::ArrayRef<double> values);

/// The last evaluations of one arm at one length, over the seeds that were evaluated at all.
struct ArmResult {
  int64_t seeds = 0;
  Spread loss, accuracy, earlyLoss, earlyAccuracy, lateLoss, lateAccuracy;
  double secondsPerStep = 0; ///< Mean over seeds of the median step.
  double firstLoss = 0;      ///< Mean cross entropy of the first step, before any update.
};
/// Nothing if no run of this arm and length has been evaluated.
std::optional<ArmResult> resultOf(const Study &study, llvm::StringRef arm, int64_t length);

/// The lengths at which at least one arm has a result, ascending.
std::vector<int64_t> measuredLengths(const Study &study);

/// The record of `run` in the published shape (train_loss, val_loss, val_accuracy, steps,
/// time_per_step, avg_time_per_step), extended by buckets and counts.
llvm::json::Object toJson(const RunRecord &run);

/// The settings, data and results of `study`, without its claims.
llvm::json::Object toJson(const Study &study);

/// One JSON object per line: the run's identity, then each step, then each evaluation.
std::string toJsonLines(const RunRecord &run);

/// "classic-L64-seed42".
std::string runName(const RunRecord &run);

} // namespace dsa
