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
};

/// What a run leaves behind; a run that was interrupted holds what it has done so far.
struct TrainingLog {
  std::vector<double> losses;  ///< Cross entropy of the batch of each step, before its update.
  std::vector<double> seconds; ///< Wall time of each step, evaluations left out.
  std::vector<Evaluation> evaluations;
  bool interrupted = false;
};

/// Called after each step and each evaluation, with the log so far. An error ends the run.
using TrainingObserver = llvm::function_ref<llvm::Error(const TrainingLog &)>;

/// Runs `options.schedule.steps` updates of `learner`. `training` gives the batch of a step (from
/// 1); `heldOut` is what every evaluation measures. A loss that is not finite is an error that
/// names the step. When `stop` becomes true the run evaluates no more and returns its log.
llvm::Expected<TrainingLog> train(Learner &learner, const TrainerOptions &options,
                                  llvm::function_ref<TokenBatch(int64_t step)> training,
                                  const TokenBatch &heldOut, const std::atomic<bool> &stop,
                                  TrainingObserver observer);

/// A flag that SIGINT and SIGTERM set, installed on the first call; a second signal ends the
/// process at once.
const std::atomic<bool> &interruptFlag();

/// Median of `values`, 0 without any: step times have a long tail.
double median(std::vector<double> values);

} // namespace dsa
