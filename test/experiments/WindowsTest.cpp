// The split shares no token, and every arm sees the same batches.
#include "experiments/Windows.h"

#include "gtest/gtest.h"

#include <numeric>
#include <set>

using namespace dsa;

namespace {

std::vector<int32_t> counting(int64_t size) {
  std::vector<int32_t> ids(size);
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

TEST(Windows, RangesShareNoToken) {
  for (int64_t length : {1, 7, 64}) {
    auto windows = Windows::make(counting(1000), 800, length, Split::Ranges);
    ASSERT_TRUE(bool(windows));
    EXPECT_EQ(windows->sharedTokens(), 0);
    EXPECT_EQ(windows->trainingStarts().back() + length, 799);
    EXPECT_EQ(windows->heldOutStarts().front(), 800 + length + 1);
  }
}

TEST(Windows, PublishedSplitSharesAlmostEveryToken) {
  auto windows = Windows::make(counting(5000), 4500, 64, Split::Published);
  ASSERT_TRUE(bool(windows));
  EXPECT_EQ(windows->heldOutStarts().size(), 493u); // (5000 - 64) / 10
  EXPECT_GT(windows->sharedTokens(), 4900);
}

TEST(Windows, PublishedSplitHasThePublishedSizes) {
  auto windows = Windows::make(counting(50000), 0, 64, Split::Published);
  ASSERT_TRUE(bool(windows));
  EXPECT_EQ(windows->trainingStarts().size(), 44943u);
  EXPECT_EQ(windows->heldOutStarts().size(), 4993u);
}

TEST(Windows, BatchesDependOnSeedAndStepAlone) {
  auto windows = Windows::make(counting(1000), 800, 16, Split::Ranges);
  ASSERT_TRUE(bool(windows));
  EXPECT_EQ(windows->trainingBatch(3, 8, 42).ids, windows->trainingBatch(3, 8, 42).ids);
  EXPECT_NE(windows->trainingBatch(3, 8, 42).ids, windows->trainingBatch(4, 8, 42).ids);
  EXPECT_NE(windows->trainingBatch(3, 8, 42).ids, windows->trainingBatch(3, 8, 43).ids);
}

TEST(Windows, RowsAreContiguousWindows) {
  auto windows = Windows::make(counting(1000), 800, 16, Split::Ranges);
  ASSERT_TRUE(bool(windows));
  TokenBatch batch = windows->trainingBatch(1, 200, 7);
  std::set<int32_t> firsts;
  for (int64_t row = 0; row < batch.rows; ++row) {
    firsts.insert(batch.ids[row * 17]);
    EXPECT_LT(batch.ids[row * 17 + 16], 800);
    for (int64_t t = 0; t < 16; ++t)
      EXPECT_EQ(batch.ids[row * 17 + t] + 1, batch.ids[row * 17 + t + 1]);
  }
  EXPECT_GT(firsts.size(), 150u); // 200 uniform draws of 784
}

TEST(Windows, HeldOutWindowsAreFixedAndSpread) {
  auto windows = Windows::make(counting(10000), 5000, 16, Split::Ranges);
  ASSERT_TRUE(bool(windows));
  TokenBatch some = windows->heldOutBatch(10);
  EXPECT_EQ(some.rows, 10);
  EXPECT_GT(some.ids[9 * 17], 9000);
  TokenBatch all = windows->heldOutBatch(1000000);
  EXPECT_EQ(all.rows, static_cast<int64_t>(windows->heldOutStarts().size()));
}

TEST(Windows, ShortTextIsAnError) {
  auto windows = Windows::make(counting(30), 20, 32, Split::Ranges);
  ASSERT_FALSE(bool(windows));
  EXPECT_EQ(llvm::toString(windows.takeError()),
            "expected at least 33 tokens in the training text, got 20");
  windows = Windows::make(counting(60), 40, 32, Split::Ranges);
  ASSERT_FALSE(bool(windows));
  EXPECT_EQ(llvm::toString(windows.takeError()),
            "expected at least 66 tokens in the held-out text, got 20");
  windows = Windows::make(counting(40), 36, 32, Split::Published);
  ASSERT_FALSE(bool(windows));
  EXPECT_EQ(llvm::toString(windows.takeError()),
            "expected at least 42 tokens in the whole text, got 40");
}

} // namespace
