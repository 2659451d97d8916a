// Counter-based random numbers (Philox4x32-10) in plain form: a pure function of key and element
// number.
#pragma once

#include "runtime/Tensor.h"

#include <array>
#include <cstdint>

namespace dsa::reference {

/// One block of Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC
/// 2011).
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// The i32 [4] key (seed low, seed high, step, stream) from three i64 scalars.
Tensor randomKey(const Tensor &seed, const Tensor &step, const Tensor &stream);

/// The numbers of one random stream, by element number.
class RandomStream {
public:
  /// `key`: i32 [4], as `randomKey` makes it.
  explicit RandomStream(const Tensor &key);

  /// Uniform in [0, 1): word (element / 16) % 4 of block (element / 64) * 16 + element % 16, so
  /// that 64 consecutive elements are the words of 16 consecutive blocks.
  double uniform(int64_t element) const;
  /// Standard normal (Box-Muller) from the first two words of block `element`.
  double gaussian(int64_t element) const;
  /// 1 / (1 - p) where dropout keeps the element, 0 where it does not. p is compared in f32.
  double keepFactor(int64_t element, double p) const;

private:
  std::array<uint32_t, 4> block(int64_t number) const;

  std::array<uint32_t, 4> words;
};

} // namespace dsa::reference
