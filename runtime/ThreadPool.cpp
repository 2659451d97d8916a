// The pool: workers join an open region, take chunks of its grid from one counter, and leave.
#include "runtime/ThreadPool.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dsa {

namespace {
constexpr uint64_t kOpen = uint64_t(1) << 16;
constexpr uint64_t kRegion = uint64_t(1) << 17;
constexpr uint64_t kJoined = kOpen - 1;
constexpr int kSpins = 20000;
/// Enough chunks to even out uneven items, few enough that the counter and the call cost nothing.
constexpr int64_t kChunksPerThread = 16;

/// The region this thread is in: a nested region of the same pool runs in place.
struct Place {
  const ThreadPool *pool = nullptr;
  int thread = 0;
};
thread_local Place place;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

/// Spins until `ready` holds; false when it did not within the bound.
template <typename Condition> bool spin(Condition ready) {
  for (int i = 0; i < kSpins; ++i) {
    if (ready())
      return true;
    pause();
  }
  return false;
}
} // namespace

ThreadPool::ThreadPool(int threads) {
  assert(threads >= 1 && threads <= static_cast<int>(kJoined) && "the caller is the first thread");
  for (int thread = 1; thread < threads; ++thread)
    workers.emplace_back([this, thread] { work(thread); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex);
    stop = true;
  }
  opened.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

/// Joins the open region unless it is the one seen last; remembers it. A region that closes
/// meanwhile is missed.
bool ThreadPool::join(uint64_t &seen) {
  uint64_t now = state.load();
  while ((now & kOpen) && now / kRegion != seen)
    if (state.compare_exchange_weak(now, now + 1)) {
      seen = now / kRegion;
      return true;
    }
  return false;
}

/// The last one out wakes a caller that has gone to sleep.
void ThreadPool::leave() {
  uint64_t before = state.fetch_sub(1);
  if ((before & (kJoined | kOpen)) != 1 || !callerSleeps.load())
    return;
  std::lock_guard lock(mutex);
  emptied.notify_one();
}

void ThreadPool::work(int thread) {
  uint64_t seen = 0;
  while (!stop) {
    bool joined = false;
    auto ready = [&] { return stop.load() || (joined = join(seen)); };
    if (!spin(ready)) {
      std::unique_lock lock(mutex);
      ++sleepers; // before the last look at the state: the caller looks here after it opened a
                  // region
      opened.wait(lock, ready);
      --sleepers;
    }
    if (!joined)
      continue;
    takeChunks(thread);
    leave();
  }
}

void ThreadPool::takeChunks(int thread) {
  Place outside = std::exchange(place, Place{this, thread});
  for (int64_t begin; (begin = next.fetch_add(chunk, std::memory_order_relaxed)) < grid;)
    (*body)(thread, begin, std::min(begin + chunk, grid));
  place = outside;
}

/// Lets nobody join any more and waits until everybody has left.
void ThreadPool::close() {
  state.fetch_and(~kOpen);
  auto empty = [this] { return (state.load() & kJoined) == 0; };
  if (spin(empty))
    return;
  std::unique_lock lock(mutex);
  callerSleeps = true;
  emptied.wait(lock, empty);
  callerSleeps = false;
}

void ThreadPool::parallelFor(int64_t size, Body function) {
  if (size <= 0)
    return;
  if (place.pool == this)
    return function(place.thread, 0, size);
  if (workers.empty() || size == 1)
    return function(0, 0, size);

  std::lock_guard turn(callers);
  body = &function;
  grid = size;
  chunk = std::max<int64_t>(1, size / (threads() * kChunksPerThread));
  next.store(0);
  state.fetch_add(kRegion + kOpen);
  if (sleepers.load() > 0) {
    {
      std::lock_guard lock(mutex);
    }
    opened.notify_all();
  }
  takeChunks(0);
  close();
}

} // namespace dsa
