// This very host as a machine that plans can be judged for.
#pragma once

#include "passes/Machine.h"
#include "runtime/ThreadPool.h"

namespace dsa {

/// The host's row of `machines()` with what was measured on the threads of `pool` in its place:
/// peaks, bandwidth, caches, memory and vector width. Takes about 50 ms.
Machine measureMachine(ThreadPool &pool);

} // namespace dsa
