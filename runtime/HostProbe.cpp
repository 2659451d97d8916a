// Measuring the machine with vector extensions: one loop, compiled for each instruction set.
#include "runtime/HostProbe.h"

#include "runtime/Buffer.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include <algorithm>
#include <chrono>
#include <unistd.h>

namespace dsa {

namespace {
template <int Width> using Vector = float __attribute__((vector_size(Width * sizeof(float))));
/// More than latency times throughput of any core so far, and few enough for 16 registers.
constexpr int kChains = 12;
constexpr int kSteps = 4096;

using Burst = float (*)();

/// Runs kChains * kSteps fused multiply-adds on vectors; the result only keeps them alive.
template <int Width, bool Fused> [[gnu::always_inline]] inline float multiplyAdd() {
  volatile float seed = 0.5f;
  Vector<Width> sums[kChains], factor = {}, term = {};
  factor += seed;
  term += seed;
  for (Vector<Width> &sum : sums)
    sum = term;
  for (int step = 0; step < kSteps; ++step)
#pragma clang loop unroll(full)
    for (Vector<Width> &sum : sums) {
      if constexpr (Fused)
        sum = __builtin_elementwise_fma(sum, factor, term);
      else
        sum = sum * factor + term;
    }
  Vector<Width> total = {};
  for (const Vector<Width> &sum : sums)
    total += sum;
  return total[0];
}

#if defined(__x86_64__)
[[gnu::target("avx512f"), gnu::noinline]] float burst16() {
  return multiplyAdd<16, true>();
}
[[gnu::target("avx2,fma"), gnu::noinline]] float burst8() {
  return multiplyAdd<8, true>();
}
[[gnu::noinline]] float burst4() {
  return multiplyAdd<4, false>();
}
Burst burstOf(int width) {
  return width == 16 ? burst16 : width == 8 ? burst8 : burst4;
}
#else
[[gnu::noinline]] float burst4() {
  return multiplyAdd<4, true>();
}
Burst burstOf(int) {
  return burst4;
}
#endif

/// Sums 64 bytes at a time; the result only keeps the reads alive.
[[gnu::noinline]] int64_t readBytes(const char *data, int64_t bytes) {
  using Line = int64_t __attribute__((vector_size(64)));
  Line sums[4] = {};
  for (int64_t offset = 0; offset + 256 <= bytes; offset += 256)
    for (int part = 0; part < 4; ++part)
      sums[part] += *reinterpret_cast<const Line *>(data + offset + part * 64);
  return (sums[0] + sums[1] + sums[2] + sums[3])[0];
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The shortest of `rounds` executions in seconds.
template <typename Work> double best(int rounds, Work work) {
  double shortest = 1e9;
  for (int round = 0; round < rounds; ++round) {
    double start = now();
    work();
    shortest = std::min(shortest, now() - start);
  }
  return shortest;
}

int64_t cacheBytes(int name, int64_t otherwise) {
  long bytes = ::sysconf(name);
  return bytes > 0 ? bytes : otherwise;
}
} // namespace

Host describeHost() {
  Host host;
  host.cpu = llvm::sys::getHostCPUName().str();
  host.threads = std::max(1u, std::thread::hardware_concurrency());
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  if (features.lookup("avx512f"))
    host.vectorFloats = 16;
  else if (features.lookup("avx2") && features.lookup("fma"))
    host.vectorFloats = 8;
  host.level1 = cacheBytes(_SC_LEVEL1_DCACHE_SIZE, host.level1);
  host.level2 = cacheBytes(_SC_LEVEL2_CACHE_SIZE, host.level2);
  host.level3 = cacheBytes(_SC_LEVEL3_CACHE_SIZE, host.level3);
  return host;
}

HostPeak measureHost(ThreadPool &pool) {
  Host host = describeHost();
  Burst burst = burstOf(host.vectorFloats);
  double burstFlops = 2.0 * kChains * kSteps * host.vectorFloats;
  std::atomic<int64_t> keep{0};
  auto run = [&](int64_t bursts) {
    for (int64_t i = 0; i < bursts; ++i)
      keep += static_cast<int64_t>(burst());
  };
  HostPeak peak;
  constexpr int kBursts = 100; // about a millisecond
  peak.gflopsOneThread = kBursts * burstFlops / best(10, [&] { run(kBursts); }) / 1e9;
  int64_t grid = int64_t(kBursts) * pool.threads();
  double seconds = best(10, [&] {
    pool.parallelFor(grid, [&](int, int64_t begin, int64_t end) { run(end - begin); });
  });
  peak.gflopsAllThreads = std::max(peak.gflopsOneThread, grid * burstFlops / seconds / 1e9);

  int64_t bytes = std::clamp<int64_t>(2 * host.level3, 32 << 20, 256 << 20);
  Buffer buffer(bytes);
  constexpr int64_t kPiece = 256 << 10;
  auto touch = [&](int, int64_t begin, int64_t end) {
    keep += readBytes(buffer.data() + begin * kPiece, (end - begin) * kPiece);
  };
  // Untouched pages would all be the one zero page: write before reading.
  pool.parallelFor(bytes / kPiece, [&](int, int64_t begin, int64_t end) {
    std::fill(buffer.data() + begin * kPiece, buffer.data() + end * kPiece, 1);
  });
  peak.gigabytesOneThread = bytes / best(3, [&] { touch(0, 0, bytes / kPiece); }) / 1e9;
  peak.gigabytesAllThreads =
      std::max(peak.gigabytesOneThread,
               bytes / best(4, [&] { pool.parallelFor(bytes / kPiece, touch); }) / 1e9);
  return peak;
}

int64_t memoryBytes() {
  return int64_t(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE);
}

} // namespace dsa
