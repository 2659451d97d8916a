// The pool: every item exactly once, results that do not depend on the split, many short regions.
#include "runtime/ThreadPool.h"

#include "gtest/gtest.h"
#include <chrono>
#include <numeric>

using namespace dsa;

TEST(ThreadPool, VisitsEveryItemOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int64_t grid : {0, 1, 2, 31, 1000}) {
      std::vector<std::atomic<int>> visits(grid);
      pool.parallelFor(grid, [&](int thread, int64_t begin, int64_t end) {
        EXPECT_GE(thread, 0);
        EXPECT_LT(thread, threads);
        for (int64_t item = begin; item < end; ++item)
          ++visits[item];
      });
      for (std::atomic<int> &count : visits)
        ASSERT_EQ(count, 1);
    }
  }
}

TEST(ThreadPool, RegionsFollowEachOther) {
  // Each region reads what the one before wrote: a missing barrier breaks the sums.
  ThreadPool pool(4);
  std::vector<int64_t> values(997, 1), sums(997);
  for (int region = 0; region < 5000; ++region) {
    pool.parallelFor(997, [&](int, int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item)
        sums[item] = values[996 - item] + 1;
    });
    std::swap(values, sums);
  }
  for (int64_t value : values)
    ASSERT_EQ(value, 5001);
}

TEST(ThreadPool, ThreadsRunAtTheSameTimeOnTheirOwnNumber) {
  ThreadPool pool(4);
  std::vector<std::atomic<int>> busy(4);
  for (int region = 0; region < 200; ++region)
    pool.parallelFor(64, [&](int thread, int64_t, int64_t) {
      ASSERT_EQ(busy[thread].exchange(1), 0);
      std::this_thread::yield();
      busy[thread] = 0;
    });
}

TEST(ThreadPool, WakesAfterSleep) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  for (int region = 0; region < 5; ++region) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.parallelFor(100, [&](int, int64_t begin, int64_t end) { sum += end - begin; });
  }
  EXPECT_EQ(sum, 500);
}

TEST(ThreadPool, CallerSleepsUntilASlowWorkerIsDone) {
  ThreadPool pool(2);
  std::atomic<int> done = 0;
  for (int region = 0; region < 3; ++region) {
    pool.parallelFor(2, [&](int thread, int64_t, int64_t) {
      std::this_thread::sleep_for(std::chrono::milliseconds(thread == 1 ? 40 : 1));
      ++done;
    });
  }
  EXPECT_GE(done, 3);
}

TEST(ThreadPool, NestedRegionsRunInPlace) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  pool.parallelFor(30, [&](int outer, int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item)
      pool.parallelFor(10, [&](int inner, int64_t first, int64_t last) {
        EXPECT_EQ(inner, outer);
        sum += last - first;
      });
  });
  EXPECT_EQ(sum, 300);
}

TEST(ThreadPool, TwoCallersTakeTurns) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  auto call = [&] {
    for (int region = 0; region < 500; ++region)
      pool.parallelFor(50, [&](int, int64_t begin, int64_t end) { sum += end - begin; });
  };
  std::thread other(call);
  call();
  other.join();
  EXPECT_EQ(sum, 50000);
}
