// The health of an indexer on numbers worked out by hand.
#include "experiments/IndexerHealth.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

/// One sequence of four tokens, k = 2: rows 2 and 3 have something to choose.
IndexerObservation example() {
  IndexerObservation seen;
  seen.scores = Tensor::fromDoubles(DType::F32, {1, 4, 4},
                                    {1, 9, 9, 9,   //
                                     1, 2, 9, 9,   //
                                     3, 1, 2, 9,   // selects 0 and 2
                                     4, 1, 3, 2}); // selects 0 and 2
  seen.selection = Tensor::fromDoubles(DType::I32, {1, 4, 2}, {0, -1, 1, 0, 0, 2, 0, 2});
  seen.attention = Tensor::fromDoubles(DType::F32, {1, 4, 4},
                                       {1, 0, 0, 0,             //
                                        .5, .5, 0, 0,           //
                                        .5, .125, .375, 0,      // the best two are 0 and 2
                                        .125, .25, .25, .375}); // 3 and, before 2, 1
  seen.headWeights = Tensor::fromDoubles(DType::F32, {1, 4, 2}, {1, -1, 1, 1, 0, -2, 1, -.5});
  seen.loss = .25;
  return seen;
}

TEST(IndexerHealth, CountsRowsWithAChoice) {
  IndexerHealth health = healthOf(example());
  EXPECT_DOUBLE_EQ(health.massRecall, (.875 + .375) / 2);
  EXPECT_DOUBLE_EQ(health.overlap, (1. + 0.) / 2);
  EXPECT_DOUBLE_EQ(health.lookBack, (2 + 0 + 3 + 1) / 4.);
  EXPECT_DOUBLE_EQ(health.negativeWeights, 3. / 8);
  EXPECT_DOUBLE_EQ(health.boundaryTies, 0);
  EXPECT_DOUBLE_EQ(health.loss, .25);
}

TEST(IndexerHealth, ATieAtTheBoundaryCounts) {
  IndexerObservation seen = example();
  seen.scores.set(2 * 4 + 1, 2); // row 2: key 1, left out, now scores as high as key 2
  EXPECT_DOUBLE_EQ(healthOf(seen).boundaryTies, .5);
  // Zeros of both signs are equal, and the future ties with nothing.
  seen = example();
  seen.scores.set(3 * 4 + 2, 0.0);
  seen.scores.set(3 * 4 + 3, -0.0);
  seen.scores.set(3 * 4 + 1, -1);
  seen.scores.set(2 * 4 + 3, 2);
  EXPECT_DOUBLE_EQ(healthOf(seen).boundaryTies, .5);
}

TEST(IndexerHealth, WithoutAChoiceNothingIsLeftOut) {
  IndexerObservation seen = example();
  seen.selection = Tensor::fromDoubles(DType::I32, {1, 4, 4},
                                       {0, -1, -1, -1, 0, 1, -1, -1, 0, 1, 2, -1, 0, 1, 2, 3});
  IndexerHealth health = healthOf(seen);
  EXPECT_DOUBLE_EQ(health.massRecall, 1);
  EXPECT_DOUBLE_EQ(health.overlap, 1);
  EXPECT_DOUBLE_EQ(health.lookBack, 0);
  EXPECT_DOUBLE_EQ(health.boundaryTies, 0);
}

TEST(IndexerHealth, AMeanIsOfEachFigure) {
  IndexerHealth mean = meanOf({{1, .5, .25, 4, 0, 2}, {.5, 0, .75, 2, 1, 1}});
  EXPECT_DOUBLE_EQ(mean.massRecall, .75);
  EXPECT_DOUBLE_EQ(mean.overlap, .25);
  EXPECT_DOUBLE_EQ(mean.negativeWeights, .5);
  EXPECT_DOUBLE_EQ(mean.lookBack, 3);
  EXPECT_DOUBLE_EQ(mean.boundaryTies, .5);
  EXPECT_DOUBLE_EQ(mean.loss, 1.5);
}

} // namespace
