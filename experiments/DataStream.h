// The random numbers that order the data: Philox4x32-10 on a stream of its own.
#pragma once

#include <cstdint>

namespace dsa {

/// A uniform number in [0, bound), a function of (seed, step, row) alone. Neither the model nor
/// dropout draws from this stream, so every arm of an experiment sees the same tokens.
uint64_t drawBelow(uint64_t bound, uint64_t seed, uint64_t step, uint64_t row);

} // namespace dsa
