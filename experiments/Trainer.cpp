// The training loop.
#include "experiments/Trainer.h"

#include "llvm/Support/FormatVariadic.h"

#include <chrono>
#include <cmath>
#include <csignal>

using namespace dsa;

namespace {

std::atomic<bool> interrupted = false;

void onSignal(int signal) {
  interrupted = true;
  std::signal(signal, SIG_DFL);
}

/// What a run does next.
enum class Action { Step, IndexerStep, Evaluate, Nothing };

Action nextOf(const TrainingLog &log, const TrainerOptions &options) {
  int64_t step = log.steps(), indexerSteps = log.updates() - step;
  if (step == options.denseSteps && indexerSteps < options.indexerSteps)
    return Action::IndexerStep;
  bool due = step > 0 && (step % options.evaluateEvery == 0 || step == options.schedule.steps);
  if (due && (log.evaluations.empty() || log.evaluations.back().step != step))
    return Action::Evaluate;
  return step < options.schedule.steps ? Action::Step : Action::Nothing;
}

/// Before the indexer has been trained, evaluations attend to all keys as the steps do.
llvm::Error evaluate(Learner &learner, const TokenBatch &heldOut, const TrainerOptions &options,
                     TrainingLog &log) {
  Stage stage = log.steps() < options.denseSteps ? Stage::Dense : Stage::Whole;
  auto scores = learner.evaluate(heldOut, stage);
  if (!scores)
    return scores.takeError();
  auto indexer = learner.observe(heldOut);
  if (!indexer)
    return indexer.takeError();
  Evaluation evaluation = summarize(*scores, heldOut.length, options.selected, log.steps());
  evaluation.indexer = *indexer;
  log.evaluations.push_back(std::move(evaluation));
  return llvm::Error::success();
}

llvm::Expected<double> finite(llvm::Expected<double> loss) {
  if (loss && !std::isfinite(*loss))
    return llvm::createStringError(
        llvm::formatv("expected a finite loss, got {0}: lower the learning rate", *loss));
  return loss;
}

llvm::Error step(Learner &learner, const TokenBatch &batch, const TrainerOptions &options,
                 TrainingLog &log) {
  using Clock = std::chrono::steady_clock;
  int64_t next = log.steps() + 1;
  Stage stage = next <= options.denseSteps ? Stage::Dense : Stage::Whole;
  Clock::time_point begin = Clock::now();
  auto loss = finite(learner.step(batch, options.schedule.rate(next), stage));
  if (!loss)
    return loss.takeError();
  log.seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  log.losses.push_back(*loss);
  return llvm::Error::success();
}

llvm::Error indexerStep(Learner &learner, const TokenBatch &batch, const TrainerOptions &options,
                        TrainingLog &log) {
  auto loss = finite(learner.step(batch, options.indexerRate, Stage::Indexer));
  if (!loss)
    return loss.takeError();
  log.indexerLosses.push_back(*loss);
  return llvm::Error::success();
}

} // namespace

const std::atomic<bool> &dsa::interruptFlag() {
  static bool installed = [] {
    std::signal(SIGINT, onSignal);
    std::signal(SIGTERM, onSignal);
    return true;
  }();
  (void)installed;
  return interrupted;
}

bool dsa::isComplete(const TrainingLog &log, const TrainerOptions &options) {
  return nextOf(log, options) == Action::Nothing;
}

llvm::Error dsa::train(Learner &learner, const TrainerOptions &options,
                       llvm::function_ref<TokenBatch(int64_t step)> training,
                       const TokenBatch &heldOut, const std::atomic<bool> &stop,
                       TrainingObserver observer, TrainingLog &log) {
  auto act = [&](Action action) -> llvm::Error {
    int64_t indexerSteps = log.updates() - log.steps();
    switch (action) {
    case Action::Step:
      return step(learner, training(log.steps() + 1), options, log);
    case Action::IndexerStep:
      return indexerStep(learner, training(options.schedule.steps + indexerSteps + 1), options,
                         log);
    case Action::Evaluate:
      return evaluate(learner, heldOut, options, log);
    case Action::Nothing:
      break;
    }
    return llvm::Error::success();
  };
  log.interrupted = false;
  while (!isComplete(log, options)) {
    if (stop) {
      log.interrupted = true;
      break;
    }
    int64_t next = log.updates() + 1;
    if (llvm::Error error = act(nextOf(log, options)))
      return llvm::createStringError("step " + std::to_string(next) + ": " +
                                     llvm::toString(std::move(error)));
    if (llvm::Error error = observer(log))
      return error;
  }
  return llvm::Error::success();
}
