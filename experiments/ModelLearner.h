// A network compiled and trained by this project, as the trainer sees it.
#pragma once

#include "experiments/Learner.h"
#include "models/ModelSession.h"

#include <memory>
#include <optional>
#include <string>

namespace dsa {

/// What to build and how to run it.
struct LearnerOptions {
  ModelConfig model;
  std::string init;   ///< "normal": N(0, .02); "published": embedding N(0, 1), linears uniform.
  TrainOptions train; ///< Update rule, clipping; with accumulation `model.batch` is one part.
  uint64_t seed = 42;
  std::string target = "cpu";
  int64_t threads = 1;
  std::string cacheDirectory;   ///< Of compiled objects; empty means in memory only.
  Trace *trace = nullptr;       ///< Shows compilation and the first steps; null: nobody watches.
  bool trainIndexer = false;    ///< Compile what Stage::Dense and Stage::Indexer need.
  bool observe = false;         ///< Compile what tells the health of the indexer.
  bool acknowledgeLeak = false; ///< Accept a selection that sees the future.
  double embeddingScale = 1;    ///< Multiplies the initial values of the embedding.
};

class ModelLearner : public Learner {
public:
  /// Builds and compiles the network; a failed proof is an error.
  static llvm::Expected<std::unique_ptr<ModelLearner>> create(const LearnerOptions &options);

  llvm::Expected<double> step(const TokenBatch &batch, double rate, Stage stage) override;
  llvm::Expected<TokenScores> evaluate(const TokenBatch &batch, Stage stage) override;
  llvm::Expected<std::optional<IndexerHealth>> observe(const TokenBatch &batch) override;

  /// All that the next step depends on; the tensors share the learner's memory.
  Checkpoint checkpoint() const { return session->checkpoint(); }
  llvm::Error restore(const Checkpoint &checkpoint) { return session->restore(checkpoint); }

  int64_t parameters() const { return session->parameterCount(); }
  /// Operations of one training step as its kernels count them; 0 on a target without kernels.
  int64_t flopsPerStep() const;
  /// Bytes of the arena of one training step; 0 on a target without kernels.
  int64_t plannedBytes() const;
  /// Wall time of building and compiling both functions.
  double compileSeconds() const { return seconds; }

private:
  ModelLearner(const LearnerOptions &options)
      : batch(options.model.batch), length(options.model.length),
        accumulate(options.train.accumulate), layers(options.model.layers),
        observes(options.observe) {}

  int64_t batch, length, accumulate, layers;
  bool observes;
  double seconds = 0;
  std::unique_ptr<Session> session;
};

} // namespace dsa
