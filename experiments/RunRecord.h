// One arm trained at one length from one seed: what it is, what it has measured, and as JSON.
#pragma once

#include "experiments/Trainer.h"

#include "llvm/Support/JSON.h"

#include <string>

namespace dsa {

struct RunRecord {
  std::string arm;
  int64_t length = 0, selected = 0, seed = 0;
  int64_t parameters = 0;
  int64_t flopsPerStep = 0; ///< Of the training step, counted on its IR; 0 if not known.
  int64_t plannedBytes = 0; ///< Of the step's arena.
  double compileSeconds = 0;
  TrainingLog log;
};

/// "classic-L64-seed42".
std::string runName(llvm::StringRef arm, int64_t length, int64_t seed);
std::string runName(const RunRecord &run);

/// The figures of `health` by name.
llvm::json::Object toJson(const IndexerHealth &health);

/// The record of `run` in the published shape (train_loss, val_loss, val_accuracy, steps,
/// time_per_step, avg_time_per_step), extended by buckets and counts.
llvm::json::Object toJson(const RunRecord &run);

/// Everything in `toJson(run)` that is not a measurement of a single step, as `parseRunRecord`
/// reads it.
llvm::json::Object identityJson(const RunRecord &run);

/// What `identityJson` wrote, so without the losses and seconds of the steps. A missing or
/// ill-typed field is an error that names it.
llvm::Expected<RunRecord> parseRunRecord(llvm::StringRef text);

/// One JSON object per line: the run's identity, the steps of its indexer alone, then each step
/// and evaluation.
std::string toJsonLines(const RunRecord &run);

} // namespace dsa
