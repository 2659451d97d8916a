// Our own pool of threads: short parallel regions over a grid of independent work items.
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace dsa {

/// The caller takes part as thread 0. Idle threads spin for a moment and then sleep; a region never
/// waits for a thread that has not yet joined, so a busy machine costs speed-up and not time.
class ThreadPool {
public:
  using Body = llvm::function_ref<void(int thread, int64_t begin, int64_t end)>;

  /// `threads` >= 1 counts the caller: threads - 1 workers are started.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;

  int threads() const { return static_cast<int>(workers.size()) + 1; }

  /// Calls `body` on disjoint ranges that cover [0, grid) and returns when all are done; what the
  /// ranges wrote is then visible. Ranges are handed out as threads ask for them, so a result must
  /// not depend on the split. `body` must not throw. A call from inside a body runs in place on
  /// that thread; calls from two callers take turns.
  void parallelFor(int64_t grid, Body body);

private:
  void work(int thread);
  void takeChunks(int thread);
  bool join(uint64_t &seen);
  void leave();
  void close();

  // The region. Fields are written while it is closed and empty, and read only by threads that have
  // joined.
  const Body *body = nullptr;
  int64_t grid = 0, chunk = 1;
  alignas(64) std::atomic<int64_t> next{0};

  // Region number << 17 | open << 16 | number of workers that have joined.
  alignas(64) std::atomic<uint64_t> state{0};
  std::atomic<int> sleepers{0};
  std::atomic<bool> callerSleeps{false}, stop{false};

  std::mutex mutex, callers;
  std::condition_variable opened, emptied;
  std::vector<std::thread> workers;
};

} // namespace dsa
