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
  llvm::Expected<double> step(const TokenBatch &batch, double rate, Stage stage) override {
    rates.push_back(rate);
    stages.push_back(stage);
    batches.push_back(batch.rows);
    double count = static_cast<double>(rates.size());
    return count == breaksAt ? std::numeric_limits<double>::quiet_NaN() : 10 / count;
  }
  llvm::Expected<std::optional<IndexerHealth>> observe(const TokenBatch &batch) override {
    return std::nullopt;
  }
  llvm::Expected<TokenScores> evaluate(const TokenBatch &batch, Stage stage) override {
    evaluated.push_back(stage);
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
  std::vector<Stage> stages, evaluated;
  std::vector<int64_t> batches; ///< The numbers that the trainer asked for.
  double breaksAt = -1;
};

/// Two windows of three targets, 1 2 3 and 4 5 6.
TokenBatch heldOut() {
  return {2, 3, {0, 1, 2, 3, 0, 4, 5, 6}};
}

/// Goes on from `log`; stops after `stopAfter` steps and evaluations together.
llvm::Error run(FakeLearner &learner, int64_t steps, int64_t evaluateEvery, TrainingLog &log,
                int64_t stopAfter = -1, int64_t denseSteps = 0, int64_t indexerSteps = 0) {
  TrainerOptions options{
      {1e-3, 0, steps, false, .1}, evaluateEvery, 2, denseSteps, indexerSteps, .5};
  std::atomic<bool> stop = stopAfter == 0;
  return train(
      learner, options, [](int64_t step) { return TokenBatch{step, 0, {}}; }, heldOut(), stop,
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

TEST(Trainer, TheIndexerIsTrainedAloneAfterTheDenseSteps) {
  FakeLearner learner;
  TrainingLog log;
  ASSERT_FALSE(bool(run(learner, 4, 2, log, -1, /*denseSteps=*/2, /*indexerSteps=*/3)));
  using enum Stage;
  EXPECT_EQ(learner.stages,
            (std::vector<Stage>{Dense, Dense, Indexer, Indexer, Indexer, Whole, Whole}));
  // Its windows are no other step's, so the language model sees the same ones as every arm.
  EXPECT_EQ(learner.batches, (std::vector<int64_t>{1, 2, 5, 6, 7, 3, 4}));
  EXPECT_EQ(learner.rates, (std::vector<double>{1e-3, 1e-3, .5, .5, .5, 1e-3, 1e-3}));
  EXPECT_EQ(log.steps(), 4);
  EXPECT_EQ(log.updates(), 7);
  ASSERT_EQ(log.evaluations.size(), 2u); // the first one with the trained indexer
  EXPECT_EQ(learner.evaluated, (std::vector<Stage>{Whole, Whole}));
}

TEST(Trainer, AnEvaluationBeforeTheIndexerIsDense) {
  FakeLearner learner;
  TrainingLog log;
  ASSERT_FALSE(bool(run(learner, 4, 1, log, -1, /*denseSteps=*/2, /*indexerSteps=*/1)));
  using enum Stage;
  EXPECT_EQ(learner.evaluated, (std::vector<Stage>{Dense, Whole, Whole, Whole}));
}

TEST(Trainer, StagesGoOnWhereverTheyStopped) {
  FakeLearner undisturbed;
  TrainingLog whole;
  ASSERT_FALSE(bool(run(undisturbed, 4, 2, whole, -1, 2, 3)));
  for (int64_t place = 0; place < 9; ++place) {
    FakeLearner learner;
    TrainingLog log;
    ASSERT_FALSE(bool(run(learner, 4, 2, log, place, 2, 3)));
    ASSERT_FALSE(bool(run(learner, 4, 2, log, -1, 2, 3)));
    EXPECT_EQ(learner.stages, undisturbed.stages) << place;
    EXPECT_EQ(log.indexerLosses, whole.indexerLosses);
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
