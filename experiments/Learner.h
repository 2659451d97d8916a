// What the trainer asks of a model: one training step, and the loss of every token of a batch.
#pragma once

#include "experiments/IndexerHealth.h"
#include "experiments/Metrics.h"
#include "experiments/Windows.h"

#include "llvm/Support/Error.h"

#include <optional>

namespace dsa {

/// Which parameters a step trains, and by which attention.
enum class Stage {
  Whole,  ///< Everything, by the attention of the arm; an indexer with a loss learns on the way.
  Dense,  ///< Everything but the indexer, by dense attention.
  Indexer ///< The indexer alone, by the dense attention of the rest, which stays as it is.
};

class Learner {
public:
  virtual ~Learner() = default;

  /// One update with `rate` on `batch`; the mean cross entropy before the update, in nats, or in
  /// Stage::Indexer the index loss, the mean of all layers.
  virtual llvm::Expected<double> step(const TokenBatch &batch, double rate, Stage stage) = 0;

  /// Loss and hit of every target of `batch`; changes neither parameters nor random streams.
  virtual llvm::Expected<TokenScores> evaluate(const TokenBatch &batch, Stage stage) = 0;

  /// The health of the indexer on the first windows of `batch`, the mean of all layers; nothing
  /// without an indexer that selects.
  virtual llvm::Expected<std::optional<IndexerHealth>> observe(const TokenBatch &batch) = 0;
};

} // namespace dsa
