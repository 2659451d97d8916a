// Feeds token batches to a session.
#include "experiments/ModelLearner.h"

#include "runtime/KernelExecutable.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace dsa;

namespace {

/// `rows` windows of `batch` from row `first` on as i32 [rows, length + 1]; rows past the end
/// repeat the last one.
Tensor tokensOf(const TokenBatch &batch, int64_t first, int64_t rows) {
  const int64_t span = batch.length + 1;
  Tensor tokens(DType::I32, {rows, span});
  for (int64_t row = 0; row < rows; ++row) {
    int64_t from = std::min(first + row, batch.rows - 1);
    std::copy_n(batch.ids.begin() + from * span, span, tokens.data<int32_t>() + row * span);
  }
  return tokens;
}

const KernelExecutable *kernelsOf(Session &session) {
  return dynamic_cast<const KernelExecutable *>(session.executable(kStepEntry));
}

} // namespace

llvm::Expected<std::unique_ptr<ModelLearner>> ModelLearner::create(const LearnerOptions &options) {
  BuildOptions build;
  build.acknowledgeLeak = options.acknowledgeLeak;
  build.train = options.train;
  build.denseStep = build.denseEvaluate = build.warmupStep = options.trainIndexer;
  build.observe = options.observe;
  SessionOptions run;
  run.compiler.target = options.target;
  run.compiler.threads = static_cast<int>(options.threads);
  run.compiler.cacheDirectory = options.cacheDirectory;
  run.compiler.trace = options.trace;
  run.initialization =
      options.init == "published" ? Initialization::Published : Initialization::Normal;
  run.seed = options.seed;
  auto session = createSession(options.model, build, run);
  if (!session)
    return session.takeError();
  std::unique_ptr<ModelLearner> learner(new ModelLearner(options));
  learner->session = std::move(*session);
  learner->seconds = learner->session->compileSeconds();
  if (options.embeddingScale != 1)
    for (const auto &[name, tensor] : learner->session->tensors())
      if (llvm::StringRef(name) == "embed")
        for (int64_t i = 0; i < tensor.numElements(); ++i)
          tensor.set(i, tensor.at(i) * options.embeddingScale);
  return learner;
}

llvm::Expected<double> ModelLearner::step(const TokenBatch &tokens, double rate, Stage stage) {
  llvm::StringRef entry = stage == Stage::Whole   ? kStepEntry
                          : stage == Stage::Dense ? kDenseStepEntry
                                                  : kWarmupStepEntry;
  double loss = 0;
  for (int64_t part = 0; part < accumulate; ++part) {
    auto result = session->step(tokensOf(tokens, part * batch, batch), rate, entry);
    if (!result)
      return result.takeError();
    double own =
        stage == Stage::Indexer ? result->indexLoss / static_cast<double>(layers) : result->loss;
    loss += own / static_cast<double>(accumulate);
  }
  return loss;
}

llvm::Expected<TokenScores> ModelLearner::evaluate(const TokenBatch &tokens, Stage stage) {
  llvm::StringRef entry = stage == Stage::Dense ? kDenseEvaluateEntry : kEvaluateEntry;
  TokenScores scores;
  for (int64_t first = 0; first < tokens.rows; first += batch) {
    auto result = session->evaluate(tokensOf(tokens, first, batch), {}, entry);
    if (!result)
      return result.takeError();
    int64_t rows = std::min(batch, tokens.rows - first);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t t = 0; t < length; ++t) {
        int32_t target = tokens.ids[(first + row) * (length + 1) + t + 1];
        scores.losses.push_back(result->tokenLoss.data<float>()[row * length + t]);
        scores.hits.push_back(result->prediction.data<int32_t>()[row * length + t] == target);
      }
  }
  return scores;
}

llvm::Expected<std::optional<IndexerHealth>> ModelLearner::observe(const TokenBatch &tokens) {
  if (!observes)
    return std::nullopt;
  auto results = session->call(kObserveEntry, tokensOf(tokens, 0, batch));
  if (!results)
    return results.takeError();
  std::vector<IndexerHealth> all;
  for (int64_t layer = 0; layer < layers; ++layer) {
    auto of = [&](llvm::StringRef name) {
      return results->at(llvm::formatv("blocks.{0}.{1}", layer, name).str());
    };
    all.push_back(healthOf({of("index_scores"), of("head_weights"), of("selection"),
                            of("attention"), of("index_loss").at(0)}));
  }
  return meanOf(all);
}

int64_t ModelLearner::flopsPerStep() const {
  int64_t flops = 0;
  if (const KernelExecutable *kernels = kernelsOf(*session))
    for (const Launch &launch : kernels->launches())
      flops += launch.flops;
  return flops;
}

int64_t ModelLearner::plannedBytes() const {
  const KernelExecutable *kernels = kernelsOf(*session);
  return kernels ? kernels->arenaBytes() : 0;
}
