// The training loop.
#include "experiments/Trainer.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
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

llvm::Error evaluate(Learner &learner, const TokenBatch &heldOut, int64_t selected, int64_t step,
                     TrainingLog &log) {
  auto scores = learner.evaluate(heldOut);
  if (!scores)
    return scores.takeError();
  log.evaluations.push_back(summarize(*scores, heldOut.length, selected, step));
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

double dsa::median(std::vector<double> values) {
  if (values.empty())
    return 0;
  auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

llvm::Expected<TrainingLog> dsa::train(Learner &learner, const TrainerOptions &options,
                                       llvm::function_ref<TokenBatch(int64_t step)> training,
                                       const TokenBatch &heldOut, const std::atomic<bool> &stop,
                                       TrainingObserver observer) {
  using Clock = std::chrono::steady_clock;
  TrainingLog log;
  for (int64_t step = 1; step <= options.schedule.steps; ++step) {
    if (stop) {
      log.interrupted = true;
      return log;
    }
    TokenBatch batch = training(step);
    Clock::time_point begin = Clock::now();
    auto loss = learner.step(batch, options.schedule.rate(step));
    if (!loss)
      return loss.takeError();
    log.seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    log.losses.push_back(*loss);
    if (!std::isfinite(*loss))
      return llvm::createStringError(
          llvm::inconvertibleErrorCode(),
          llvm::formatv("expected a finite loss at step {0}, got {1}: lower the learning rate",
                        step, *loss));
    if (llvm::Error error = observer(log))
      return error;
    bool last = step == options.schedule.steps;
    if (!last && (stop || step % options.evaluateEvery != 0))
      continue;
    if (llvm::Error error = evaluate(learner, heldOut, options.selected, step, log))
      return error;
    if (llvm::Error error = observer(log))
      return error;
  }
  return log;
}
