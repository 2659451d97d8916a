// What the trainer asks of a model: one training step, and the loss of every token of a batch.
#pragma once

#include "experiments/Metrics.h"
#include "experiments/Windows.h"

#include "llvm/Support/Error.h"

namespace dsa {

class Learner {
public:
  virtual ~Learner() = default;

  /// One update with `rate` on `batch`; the mean cross entropy before the update, in nats.
  virtual llvm::Expected<double> step(const TokenBatch &batch, double rate) = 0;

  /// Loss and hit of every target of `batch`; changes neither parameters nor random streams.
  virtual llvm::Expected<TokenScores> evaluate(const TokenBatch &batch) = 0;
};

} // namespace dsa
