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

/// Whether the step that `log` has come to is to be evaluated and has not been.
bool evaluationIsDue(const TrainingLog &log, const TrainerOptions &options) {
  int64_t step = log.updates();
  if (step == 0 || (step % options.evaluateEvery != 0 && step != options.schedule.steps))
    return false;
  return log.evaluations.empty() || log.evaluations.back().step != step;
}

llvm::Error evaluate(Learner &learner, const TokenBatch &heldOut, int64_t selected,
                     TrainingLog &log) {
  auto scores = learner.evaluate(heldOut);
  if (!scores)
    return scores.takeError();
  log.evaluations.push_back(summarize(*scores, heldOut.length, selected, log.updates()));
  return llvm::Error::success();
}

llvm::Error step(Learner &learner, const TokenBatch &batch, double rate, TrainingLog &log) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin = Clock::now();
  auto loss = learner.step(batch, rate);
  if (!loss)
    return loss.takeError();
  if (!std::isfinite(*loss))
    return llvm::createStringError(
        llvm::formatv("expected a finite loss, got {0}: lower the learning rate", *loss));
  log.seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  log.losses.push_back(*loss);
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
  return log.updates() >= options.schedule.steps && !evaluationIsDue(log, options);
}

llvm::Error dsa::train(Learner &learner, const TrainerOptions &options,
                       llvm::function_ref<TokenBatch(int64_t step)> training,
                       const TokenBatch &heldOut, const std::atomic<bool> &stop,
                       TrainingObserver observer, TrainingLog &log) {
  log.interrupted = false;
  while (!isComplete(log, options)) {
    if (stop) {
      log.interrupted = true;
      break;
    }
    int64_t next = log.updates() + 1;
    llvm::Error error = evaluationIsDue(log, options)
                            ? evaluate(learner, heldOut, options.selected, log)
                            : step(learner, training(next), options.schedule.rate(next), log);
    if (error)
      return llvm::createStringError("step " + std::to_string(next) + ": " +
                                     llvm::toString(std::move(error)));
    if (llvm::Error failed = observer(log))
      return failed;
  }
  return llvm::Error::success();
}
