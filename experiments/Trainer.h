// The training loop: steps, evaluations, timing, and a clean end on interruption.
#pragma once

#include "experiments/Learner.h"
#include "experiments/Schedule.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <atomic>

namespace dsa {

struct TrainerOptions {
  Schedule schedule;
  int64_t evaluateEvery = 100; ///< Evaluates after every so many steps and after the last one.
  int64_t selected = 1;        ///< k: divides positions into early and late ones.
  int64_t denseSteps = 0;      ///< So many of the first steps are Stage::Dense.
  int64_t indexerSteps = 0;    ///< Steps of Stage::Indexer after them, on windows of their own.
  double indexerRate = 1e-3;   ///< Of these steps.

  /// The stages of a trained indexer: a quarter of the steps dense, then `count` for it alone.
  void warmUpIndexer(int64_t count) {
    denseSteps = schedule.steps / 4;
    indexerSteps = count;
  }
};

/// What a run leaves behind, and all that the loop needs to go on from there.
struct TrainingLog {
  std::vector<double> losses;  ///< Cross entropy of the batch of each step, before its update.
  std::vector<double> seconds; ///< Wall time of each step, evaluations left out.
  std::vector<double> indexerLosses; ///< Of each step of Stage::Indexer.
  std::vector<Evaluation> evaluations;
  bool interrupted = false; ///< It ended before its last step.

  /// Language-model steps so far.
  int64_t steps() const { return static_cast<int64_t>(losses.size()); }
  /// Updates so far, those of the indexer alone included.
  int64_t updates() const { return steps() + static_cast<int64_t>(indexerLosses.size()); }
};

/// Whether a run of `options` that has come to `log` has nothing left to do.
bool isComplete(const TrainingLog &log, const TrainerOptions &options);

/// Called after each step and each evaluation, with the log so far. An error ends the run.
using TrainingObserver = llvm::function_ref<llvm::Error(const TrainingLog &)>;

/// Goes on from `log` until `options.schedule.steps` updates of `learner` are done and evaluated.
/// `training` gives the batch of a step (from 1); the steps of the indexer alone take those behind
/// the last one. `heldOut` is what every evaluation measures. An error, and a loss that is not
/// finite is one, names the step. When `stop` becomes true the loop
/// ends before its next step or evaluation, and a later call goes on there.
llvm::Error train(Learner &learner, const TrainerOptions &options,
                  llvm::function_ref<TokenBatch(int64_t step)> training, const TokenBatch &heldOut,
                  const std::atomic<bool> &stop, TrainingObserver observer, TrainingLog &log);

/// A flag that SIGINT and SIGTERM set, installed on the first call; a second signal ends the
/// process at once.
const std::atomic<bool> &interruptFlag();

} // namespace dsa
