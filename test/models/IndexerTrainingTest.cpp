// Training of the indexer bit for bit: who moves in which stage, and what the stages share.
#include "models/Attention.h"
#include "models/ModelSession.h"

#include "gtest/gtest.h"

#include <cmath>
#include <filesystem>
#include <unistd.h>

using namespace dsa;

namespace {

using Snapshot = std::map<std::string, std::vector<double>>;

class IndexerTrainingTest : public testing::Test {
protected:
  IndexerTrainingTest() {
    config.vocab = 16;
    config.length = 12;
    config.batch = 2;
    config.width = 16;
    config.heads = 2;
    config.layers = 2;
    config.attention = AttentionKind::Sparse;
    config.k = 4;
    config.indexer = {2, 4};
    config.indexer.trained = true;
    config.moe.width = 8;
    options.compiler.threads = 2;
    options.initialization = Initialization::Published;
  }

  std::unique_ptr<Session> session() {
    auto session = createSession(config, build, options);
    if (!session) {
      ADD_FAILURE() << llvm::toString(session.takeError());
      return nullptr;
    }
    return std::move(*session);
  }

  Tensor tokens() {
    Tensor tensor(DType::I32, {config.batch, config.length + 1});
    for (int64_t i = 0; i < tensor.numElements(); ++i)
      tensor.set(i, (i * i + 3 * i) % config.vocab);
    return tensor;
  }

  StepResult step(Session &session, llvm::StringRef entry = kStepEntry, double rate = 1e-2) {
    auto result = session.step(tokens(), rate, entry);
    if (!result) {
      ADD_FAILURE() << llvm::toString(result.takeError());
      return {};
    }
    return *result;
  }

  static bool isIndexer(llvm::StringRef name) { return name.contains(".indexer."); }

  static Snapshot snapshot(const Session &session) {
    Snapshot values;
    for (const auto &[name, tensor] : session.tensors())
      values[name] = tensor.asDoubles();
    return values;
  }

  /// The gradients that one run of `step` returns.
  Snapshot gradients(Session &session) {
    Executable &step = *session.executable(kStepEntry);
    llvm::SmallVector<Tensor> arguments, results;
    for (const TensorSpec &spec : step.arguments())
      if (spec.role == "parameter")
        arguments.push_back(session.tensors().at(spec.name));
      else if (spec.role == "input")
        arguments.push_back(tokens());
      else
        arguments.push_back(Tensor::scalar(spec.dtype, 7));
    EXPECT_FALSE(bool(step.run(arguments, results, {})));
    Snapshot values;
    for (auto [spec, result] : llvm::zip_equal(step.results(), results))
      if (llvm::StringRef(spec.name).starts_with("grad."))
        values[spec.name] = result.asDoubles();
    return values;
  }

  ModelConfig config;
  BuildOptions build;
  SessionOptions options;
};

TEST_F(IndexerTrainingTest, AWarmupMovesTheIndexerOnlyAndKeepsNoOtherState) {
  build.step = false;
  build.warmupStep = true;
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  Snapshot before = snapshot(*s);
  step(*s, kWarmupStepEntry);
  int64_t moved = 0;
  for (const auto &[name, values] : snapshot(*s)) {
    EXPECT_EQ(values != before[name], isIndexer(name)) << name;
    moved += isIndexer(name);
  }
  EXPECT_EQ(moved, 3 * 3 * config.layers); // parameter, first and second moment
}

TEST_F(IndexerTrainingTest, TheIndexLossLeavesTheGradientOfTheBackboneAlone) {
  build.train.gradients = true;
  std::unique_ptr<Session> with = session();
  config.indexer.trained = false;
  std::unique_ptr<Session> without = session();
  ASSERT_TRUE(with && without);
  Snapshot a = gradients(*with), b = gradients(*without);
  EXPECT_EQ(a.size(), b.size() + 3 * config.layers);
  for (const auto &[name, values] : b) {
    EXPECT_FALSE(isIndexer(name)) << name;
    EXPECT_EQ(values, a[name]) << name;
  }
}

TEST_F(IndexerTrainingTest, ClippingDoesNotCoupleTheGroups) {
  // The selection of the next step follows the indexer; with all keys selected it cannot.
  config.k = config.length;
  build.train.clip = 1e-3;
  std::unique_ptr<Session> with = session();
  config.indexer.trained = false;
  std::unique_ptr<Session> without = session();
  ASSERT_TRUE(with && without);
  for (int i = 0; i < 3; ++i) {
    StepResult a = step(*with), b = step(*without);
    EXPECT_GT(a.gradNorm, *build.train.clip);
    EXPECT_EQ(a.gradNorm, b.gradNorm);
    EXPECT_GT(a.indexLoss, 0.0);
  }
  Snapshot a = snapshot(*with);
  for (const auto &[name, values] : snapshot(*without))
    if (!isIndexer(name))
      EXPECT_EQ(values, a[name]) << name;
}

TEST_F(IndexerTrainingTest, EveryGroupHasItsOwnClock) {
  build.denseStep = build.warmupStep = true;
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  for (int i = 0; i < 3; ++i)
    step(*s, kDenseStepEntry);
  // The first update of Adam has the size of the rate, however many updates others have had.
  Snapshot before = snapshot(*s);
  step(*s, kWarmupStepEntry, 1e-3);
  std::string name = "blocks.0.attention.indexer.w_proj";
  std::vector<double> after = s->tensors().at(name).asDoubles();
  for (size_t i = 0; i < after.size(); ++i)
    EXPECT_NEAR(std::abs(after[i] - before[name][i]), 1e-3, 2e-5);
  step(*s, kWarmupStepEntry);
  step(*s);
  EXPECT_EQ(s->steps(), 4);
  EXPECT_EQ(s->steps(kIndexerGroup), 3);

  std::string path = (std::filesystem::temp_directory_path() /
                      ("clocks-" + std::to_string(getpid()) + ".safetensors"))
                         .string();
  ASSERT_FALSE(bool(writeCheckpoint(path, s->checkpoint())));
  llvm::Expected<Checkpoint> read = readCheckpoint(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  std::unique_ptr<Session> other = session();
  ASSERT_TRUE(other);
  ASSERT_FALSE(bool(other->restore(*read)));
  EXPECT_EQ(other->steps(), 4);
  EXPECT_EQ(other->steps(kIndexerGroup), 3);
  step(*s);
  step(*other);
  EXPECT_EQ(snapshot(*s), snapshot(*other));
  read->groups.clear();
  EXPECT_EQ(llvm::toString(other->restore(*read)),
            "expected the counts of group 'indexer', got none");
}

TEST_F(IndexerTrainingTest, AccumulatedBatchesAreOneUpdateOfEitherGroup) {
  build.train.accumulate = 2;
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  Snapshot before = snapshot(*s);
  step(*s);
  EXPECT_EQ(s->tensors().at("embed").asDoubles(), before["embed"]);
  EXPECT_EQ(s->steps() + s->steps(kIndexerGroup), 0);
  step(*s);
  EXPECT_EQ(s->steps(), 1);
  EXPECT_EQ(s->steps(kIndexerGroup), 1);
  for (const char *name : {"embed", "blocks.1.attention.indexer.k_proj"})
    EXPECT_NE(s->tensors().at(name).asDoubles(), before[name]) << name;
}

TEST_F(IndexerTrainingTest, AWarmupLearnsWhatAttentionLooksAt) {
  build.step = false;
  build.warmupStep = build.observe = true;
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  double first = step(*s, kWarmupStepEntry).indexLoss, last = first;
  for (int i = 0; i < 150; ++i)
    last = step(*s, kWarmupStepEntry).indexLoss;
  EXPECT_LT(last, 0.5 * first);
}

TEST_F(IndexerTrainingTest, ObservationsAreTheTensorsThatHealthIsJudgedBy) {
  build.step = false;
  build.observe = true;
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  auto results = s->call(kObserveEntry, tokens());
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  int64_t batch = config.batch, length = config.length;
  Tensor attention = results->at("blocks.1.attention");
  Tensor selection = results->at("blocks.1.selection");
  EXPECT_EQ(attention.shape(), llvm::ArrayRef<int64_t>({batch, length, length}));
  EXPECT_EQ(selection.shape(), llvm::ArrayRef<int64_t>({batch, length, *config.k}));
  EXPECT_EQ(results->at("blocks.1.index_scores").shape(), attention.shape());
  EXPECT_EQ(results->at("blocks.1.head_weights").shape(),
            llvm::ArrayRef<int64_t>({batch, length, config.indexer.heads}));
  EXPECT_GT(results->at("blocks.1.index_loss").at(0), 0.0);
  for (int64_t row = 0; row < batch * length; ++row) {
    double mass = 0;
    for (int64_t s = 0; s < length; ++s) {
      mass += attention.at(row * length + s);
      if (s > row % length)
        EXPECT_EQ(attention.at(row * length + s), 0.0);
    }
    EXPECT_NEAR(mass, 1.0, 1e-5);
  }
  auto trains = s->step(tokens(), 1e-3, kObserveEntry);
  ASSERT_FALSE(bool(trains));
  EXPECT_EQ(llvm::toString(trains.takeError()), "expected a function that trains, got 'observe'");
}

} // namespace
