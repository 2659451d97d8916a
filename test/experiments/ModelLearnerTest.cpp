// Compiled networks as the trainer sees them: loss at the start, accumulation, weight decay.
#include "experiments/ModelLearner.h"

#include "experiments/Comparison.h"
#include "experiments/DataStream.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

TokenBatch randomBatch(int64_t vocabulary, int64_t rows, int64_t length) {
  TokenBatch batch{rows, length, {}};
  for (int64_t i = 0; i < rows * (length + 1); ++i)
    batch.ids.push_back(static_cast<int32_t>(drawBelow(vocabulary, 7, 1, i)));
  return batch;
}

/// Cross entropy of the first step of the published network at its own vocabulary.
double firstLoss(llvm::StringRef init, llvm::StringRef arm) {
  LearnerOptions options;
  options.model = llvm::cantFail(loadArmModel(sparseVsClassic().arm(arm)));
  options.model.length = 64;
  options.model.batch = 4;
  options.init = init.str();
  options.threads = 2;
  auto learner = ModelLearner::create(options);
  if (!learner) {
    ADD_FAILURE() << llvm::toString(learner.takeError());
    return 0;
  }
  EXPECT_EQ(options.model.vocab, 49152);
  auto loss = (*learner)->step(randomBatch(49152, 4, 64), 1e-3, Stage::Whole);
  if (!loss) {
    ADD_FAILURE() << llvm::toString(loss.takeError());
    return 0;
  }
  return *loss;
}

TEST(ModelLearner, FirstLossOfANormalStart) {
  EXPECT_NEAR(firstLoss("normal", "classic"), 10.84, .05);
}

TEST(ModelLearner, FirstLossOfThePublishedStart) {
  EXPECT_NEAR(firstLoss("published", "classic"), 240, 5);
  EXPECT_NEAR(firstLoss("published", "sparse-random"), 240, 5);
}

/// A small network without anything random in its step.
class SmallLearner : public testing::Test {
protected:
  SmallLearner() {
    options.model = llvm::cantFail(loadArmModel(sparseVsClassic().arm("classic")));
    options.model.vocab = 32;
    options.model.length = 6;
    options.model.batch = 4;
    options.model.width = 16;
    options.model.layers = 1;
    options.model.dropout = 0;
    options.model.moe.width = 16;
    options.model.moe.routerNoise = 0;
    options.model.balanceWeight = 0; // it is a mean over a batch of a product of means
    options.init = "normal";
  }

  /// The parameters after one step on four windows, and its loss.
  std::map<std::string, std::vector<double>> afterStep(double *loss = nullptr) {
    auto learner = ModelLearner::create(options);
    std::map<std::string, std::vector<double>> values;
    if (!learner) {
      ADD_FAILURE() << llvm::toString(learner.takeError());
      return values;
    }
    if (rate > 0) {
      auto result = (*learner)->step(randomBatch(32, 4, 6), rate, Stage::Whole);
      EXPECT_TRUE(bool(result));
      if (loss && result)
        *loss = *result;
    }
    for (const auto &[name, tensor] : (*learner)->checkpoint().tensors)
      values[name] = tensor.asDoubles();
    return values;
  }

  LearnerOptions options;
  double rate = 1e-2;
};

TEST_F(SmallLearner, PartsOfABatchMakeTheSameUpdate) {
  double whole = 0, parts = 0;
  auto a = afterStep(&whole);
  options.train.accumulate = 2;
  options.model.batch = 2;
  auto b = afterStep(&parts);
  EXPECT_NEAR(whole, parts, 1e-5);
  // The first moment is a tenth of the gradient, without the normalisation of Adam.
  for (const auto &[name, values] : a)
    if (llvm::StringRef(name).starts_with("m."))
      for (size_t i = 0; i < values.size(); ++i)
        ASSERT_NEAR(values[i], b.at(name)[i], 1e-6) << name;
}

TEST_F(SmallLearner, WeightDecayPullsTowardsZero) {
  auto plain = afterStep();
  options.train.optimizer = TrainOptions::Optimizer::AdamW;
  options.train.weightDecay = .25;
  auto decayed = afterStep();
  rate = 0;
  auto start = afterStep();
  double moved = 0;
  for (const auto &[name, values] : decayed)
    if (!llvm::StringRef(name).starts_with("m.") && !llvm::StringRef(name).starts_with("v."))
      for (size_t i = 0; i < values.size(); ++i) {
        double expected = plain.at(name)[i] - 1e-2 * .25 * start.at(name)[i];
        ASSERT_NEAR(values[i], expected, 1e-6) << name;
        moved += std::abs(values[i] - plain.at(name)[i]);
      }
  EXPECT_GT(moved, 1e-2);
}

} // namespace
