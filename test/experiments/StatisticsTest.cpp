// Means, deviations and Student's interval, against numbers worked out by hand.
#include "experiments/Statistics.h"

#include "gtest/gtest.h"

#include <cmath>
#include <vector>

using namespace dsa;

namespace {

TEST(Statistics, SpreadUsesOneDegreeOfFreedomForTheMean) {
  Spread spread = spreadOf({1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(spread.mean, 2.5);
  EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(5. / 3));
  EXPECT_DOUBLE_EQ(spreadOf({7}).deviation, 0);
}

TEST(Statistics, MedianIgnoresTheTail) {
  EXPECT_DOUBLE_EQ(medianOf({3, 1, 100, 2, 2}), 2);
  EXPECT_DOUBLE_EQ(medianOf({}), 0);
}

TEST(Statistics, TheIntervalIsStudents) {
  // Differences 1, 2, 3: deviation 1, t(.975, 2) = 4.302653.
  Difference difference = pairedDifference({11, 22, 33}, {10, 20, 30});
  EXPECT_EQ(difference.pairs, 3);
  EXPECT_DOUBLE_EQ(difference.mean, 2);
  EXPECT_NEAR(difference.low, 2 - 4.302653 / std::sqrt(3.), 1e-6);
  EXPECT_NEAR(difference.high, 2 + 4.302653 / std::sqrt(3.), 1e-6);
  EXPECT_FALSE(difference.ranks());
}

TEST(Statistics, TwoPairsNeedALargeDifference) {
  // t(.975, 1) = 12.706205: differences 1 and 1.2 do not reach zero, 1 and 1.5 do.
  Difference close = pairedDifference({1, 1.2}, {0, 0}), wide = pairedDifference({1, 1.5}, {0, 0});
  EXPECT_NEAR(close.high - close.mean, 12.706205 * .1, 1e-5);
  EXPECT_FALSE(close.ranks());
  EXPECT_FALSE(wide.ranks());
  EXPECT_TRUE(pairedDifference({1, 1.1}, {0, 0}).ranks());
  EXPECT_TRUE(pairedDifference({0, 0}, {1, 1.1}).ranks());
}

TEST(Statistics, PairingRemovesWhatBothShare) {
  // The seeds differ by far more than the arms do.
  Difference difference = pairedDifference({1.1, 5.11, 9.09}, {1, 5, 9});
  EXPECT_TRUE(difference.ranks());
  EXPECT_NEAR(difference.mean, .1, 1e-12);
}

TEST(Statistics, OnePairRanksNothing) {
  Difference difference = pairedDifference({9}, {1});
  EXPECT_EQ(difference.pairs, 1);
  EXPECT_DOUBLE_EQ(difference.low, 8);
  EXPECT_FALSE(difference.ranks());
}

} // namespace
