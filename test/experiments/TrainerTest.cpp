// The training loop, its schedule and its metrics, on a learner without a model.
#include "experiments/Trainer.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace dsa;

namespace {

/// Loses 10 / step; tokens of odd value are hits.
class FakeLearner : public Learner {
public:
  llvm::Expected<double> step(const TokenBatch &batch, double rate) override {
    rates.push_back(rate);
    double count = static_cast<double>(rates.size());
    return count == breaksAt ? std::numeric_limits<double>::quiet_NaN() : 10 / count;
  }
  llvm::Expected<TokenScores> evaluate(const TokenBatch &batch) override {
    TokenScores scores;
    for (int64_t row = 0; row < batch.rows; ++row)
      for (int64_t t = 0; t < batch.length; ++t) {
        int32_t target = batch.ids[row * (batch.length + 1) + t + 1];
        scores.losses.push_back(static_cast<float>(target));
        scores.hits.push_back(target % 2);
      }
    return scores;
  }
  std::vector<double> rates;
  double breaksAt = -1;
};

/// Two windows of three targets, 1 2 3 and 4 5 6.
TokenBatch heldOut() {
  return {2, 3, {0, 1, 2, 3, 0, 4, 5, 6}};
}

llvm::Expected<TrainingLog> run(FakeLearner &learner, int64_t steps, int64_t evaluateEvery,
                                std::atomic<bool> &stop, int64_t stopAt = -1) {
  TrainerOptions options{{1e-3, 0, steps, false, .1}, evaluateEvery, 2};
  return train(
      learner, options, [](int64_t step) { return TokenBatch{}; }, heldOut(), stop,
      [&](const TrainingLog &log) {
        if (static_cast<int64_t>(log.losses.size()) == stopAt)
          stop = true;
        return llvm::Error::success();
      });
}

TEST(Trainer, EvaluatesOnScheduleAndAtTheEnd) {
  FakeLearner learner;
  std::atomic<bool> stop = false;
  auto log = run(learner, 7, 3, stop);
  ASSERT_TRUE(bool(log));
  EXPECT_EQ(log->losses.size(), 7u);
  EXPECT_EQ(log->seconds.size(), 7u);
  ASSERT_EQ(log->evaluations.size(), 3u);
  EXPECT_EQ(log->evaluations[0].step, 3);
  EXPECT_EQ(log->evaluations[1].step, 6);
  EXPECT_EQ(log->evaluations[2].step, 7);
  EXPECT_FALSE(log->interrupted);
}

TEST(Trainer, StopsWithWhatItHas) {
  FakeLearner learner;
  std::atomic<bool> stop = false;
  auto log = run(learner, 100, 2, stop, 5);
  ASSERT_TRUE(bool(log));
  EXPECT_TRUE(log->interrupted);
  EXPECT_EQ(log->losses.size(), 5u);
  EXPECT_EQ(log->evaluations.size(), 2u);
}

TEST(Trainer, NamesTheStepThatIsNotFinite) {
  FakeLearner learner;
  learner.breaksAt = 3;
  std::atomic<bool> stop = false;
  auto log = run(learner, 5, 5, stop);
  ASSERT_FALSE(bool(log));
  EXPECT_EQ(llvm::toString(log.takeError()),
            "expected a finite loss at step 3, got nan: lower the learning rate");
}

TEST(Metrics, DividesAtKMinusOne) {
  FakeLearner learner;
  std::atomic<bool> stop = false;
  auto log = run(learner, 1, 1, stop); // k = 2: only t = 0 is early
  ASSERT_TRUE(bool(log));
  const Evaluation &evaluation = log->evaluations.back();
  EXPECT_EQ(evaluation.all.tokens, 6);
  EXPECT_DOUBLE_EQ(evaluation.all.loss, 3.5);
  EXPECT_DOUBLE_EQ(evaluation.all.accuracy, .5);
  EXPECT_EQ(evaluation.early.tokens, 2);
  EXPECT_DOUBLE_EQ(evaluation.early.loss, 2.5);
  EXPECT_DOUBLE_EQ(evaluation.early.accuracy, .5);
  EXPECT_EQ(evaluation.late.tokens, 4);
  EXPECT_DOUBLE_EQ(evaluation.late.loss, 4);
  EXPECT_DOUBLE_EQ(evaluation.all.perplexity(), std::exp(3.5));
}

TEST(Metrics, NoTokenIsEarlyAtKOne) {
  TokenScores scores{{1, 2, 3, 4}, {1, 1, 0, 0}};
  Evaluation evaluation = summarize(scores, 2, 1, 9);
  EXPECT_EQ(evaluation.early.tokens, 0);
  EXPECT_DOUBLE_EQ(evaluation.early.loss, 0);
  EXPECT_EQ(evaluation.late.tokens, 4);
  EXPECT_DOUBLE_EQ((Score{1, 100, 0}).perplexity(), std::exp(20.0));
}

TEST(Schedule, WarmsUpFromOneOverW) {
  Schedule schedule{2.0, 4, 104, true, .1};
  EXPECT_DOUBLE_EQ(schedule.rate(1), .5);
  EXPECT_DOUBLE_EQ(schedule.rate(4), 2.0);
  EXPECT_DOUBLE_EQ(schedule.rate(54), 2.0 * .55); // half of the cosine
  EXPECT_DOUBLE_EQ(schedule.rate(104), .2);
  for (int64_t step = 5; step < 104; ++step)
    EXPECT_GT(schedule.rate(step), schedule.rate(step + 1));
}

TEST(Schedule, ConstantStaysAtItsPeak) {
  Schedule schedule{3e-3, 0, 1000};
  EXPECT_DOUBLE_EQ(schedule.rate(1), 3e-3);
  EXPECT_DOUBLE_EQ(schedule.rate(1000), 3e-3);
}

TEST(Schedule, AWarmupOfAllStepsIsLegal) {
  Schedule schedule{1.0, 10, 10, true, .1};
  EXPECT_DOUBLE_EQ(schedule.rate(10), 1.0);
}

TEST(Trainer, MedianIgnoresTheTail) {
  EXPECT_DOUBLE_EQ(median({3, 1, 100, 2, 2}), 2);
  EXPECT_DOUBLE_EQ(median({}), 0);
}

} // namespace
