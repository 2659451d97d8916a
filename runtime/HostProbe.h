// What this machine is and how fast it can be: vector width, caches, peak arithmetic, memory
// bandwidth.
#pragma once

#include "runtime/ThreadPool.h"
#include <cstdint>
#include <string>

namespace dsa {

/// The machine as it describes itself; costs microseconds.
struct Host {
  /// The name LLVM has for the processor, as "znver3".
  std::string cpu;
  /// Threads that can run at once.
  int threads = 1;
  /// Floats in a vector register: 16 with AVX-512F, 8 with AVX2 and FMA, otherwise 4.
  int vectorFloats = 4;
  /// Sizes in bytes; level 1 is data only.
  int64_t level1 = 32 << 10, level2 = 512 << 10, level3 = 8 << 20;
};
Host describeHost();

/// Measured peaks. Arithmetic: independent fused multiply-adds on registers, two operations each.
/// Memory: reading a buffer larger than the last cache.
struct HostPeak {
  double gflopsOneThread = 0, gflopsAllThreads = 0;
  double gigabytesOneThread = 0, gigabytesAllThreads = 0;
};
/// Measures on the threads of `pool` for about 50 ms; the best of several bursts, so a neighbour
/// lowers it little.
HostPeak measureHost(ThreadPool &pool);

/// Main memory of this machine in bytes.
int64_t memoryBytes();

} // namespace dsa
