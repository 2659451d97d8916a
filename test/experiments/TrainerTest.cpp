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

/// Goes on from `log`; stops after `stopAfter` steps and evaluations together.
llvm::Error run(FakeLearner &learner, int64_t steps, int64_t evaluateEvery, TrainingLog &log,
                int64_t stopAfter = -1) {
  TrainerOptions options{{1e-3, 0, steps, false, .1}, evaluateEvery, 2};
  std::atomic<bool> stop = stopAfter == 0;
  return train(
      learner, options, [](int64_t step) { return TokenBatch{}; }, heldOut(), stop,
      [&](const TrainingLog &log) {
        stop = --stopAfter == 0;
        return llvm::Error::success();
      },
      log);
}

TEST(Trainer, EvaluatesOnScheduleAndAtTheEnd) {
  FakeLearner learner;
  TrainingLog log;
  ASSERT_FALSE(bool(run(learner, 7, 3, log)));
  EXPECT_EQ(log.losses.size(), 7u);
  EXPECT_EQ(log.seconds.size(), 7u);
  ASSERT_EQ(log.evaluations.size(), 3u);
  EXPECT_EQ(log.evaluations[0].step, 3);
  EXPECT_EQ(log.evaluations[1].step, 6);
  EXPECT_EQ(log.evaluations[2].step, 7);
  EXPECT_FALSE(log.interrupted);
}

TEST(Trainer, GoesOnFromWhereverItStopped) {
  FakeLearner undisturbed;
  TrainingLog whole;
  ASSERT_FALSE(bool(run(undisturbed, 7, 3, whole)));
  // 7 steps and 3 evaluations are ten places to stop at, some of them between a step and its
  // evaluation.
  for (int64_t place = 0; place < 10; ++place) {
    FakeLearner learner;
    TrainingLog log;
    ASSERT_FALSE(bool(run(learner, 7, 3, log, place)));
    EXPECT_TRUE(log.interrupted) << place;
    EXPECT_EQ(log.losses.size() + log.evaluations.size(), static_cast<size_t>(place));
    ASSERT_FALSE(bool(run(learner, 7, 3, log)));
    EXPECT_FALSE(log.interrupted);
    EXPECT_EQ(log.losses, whole.losses);
    EXPECT_EQ(learner.rates, undisturbed.rates);
    ASSERT_EQ(log.evaluations.size(), 3u) << place;
    EXPECT_EQ(log.evaluations[1].step, 6);
  }
}

TEST(Trainer, ACompleteRunDoesNothing) {
  FakeLearner learner;
  TrainingLog log;
  ASSERT_FALSE(bool(run(learner, 4, 2, log)));
  ASSERT_FALSE(bool(run(learner, 4, 2, log)));
  EXPECT_EQ(learner.rates.size(), 4u);
  EXPECT_TRUE(isComplete(log, {{1e-3, 0, 4, false, .1}, 2, 2}));
  log.evaluations.pop_back();
  EXPECT_FALSE(isComplete(log, {{1e-3, 0, 4, false, .1}, 2, 2}));
}

TEST(Trainer, NamesTheStepThatIsNotFinite) {
  FakeLearner learner;
  learner.breaksAt = 3;
  TrainingLog log;
  EXPECT_EQ(llvm::toString(run(learner, 5, 5, log)),
            "step 3: expected a finite loss, got nan: lower the learning rate");
  EXPECT_EQ(log.updates(), 2);
}

TEST(Metrics, DividesAtKMinusOne) {
  FakeLearner learner;
  TrainingLog log;
  ASSERT_FALSE(bool(run(learner, 1, 1, log))); // k = 2: only t = 0 is early
  const Evaluation &evaluation = log.evaluations.back();
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

} // namespace
