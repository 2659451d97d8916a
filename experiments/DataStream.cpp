// Philox4x32-10 (Salmon et al. 2011) for the order of the data.
#include "experiments/DataStream.h"

#include <array>

using namespace dsa;

namespace {

/// Word 3 of the counter: keeps this stream apart from those of dropout, routing and
/// initialisation.
constexpr uint32_t kDataStream = 0x64617461;

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t low = uint64_t(0xD2511F53) * counter[0];
    uint64_t high = uint64_t(0xCD9E8D57) * counter[2];
    counter = {uint32_t(high >> 32) ^ counter[1] ^ key[0], uint32_t(high),
               uint32_t(low >> 32) ^ counter[3] ^ key[1], uint32_t(low)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

} // namespace

uint64_t dsa::drawBelow(uint64_t bound, uint64_t seed, uint64_t step, uint64_t row) {
  auto words = philox({uint32_t(row), uint32_t(row >> 32), uint32_t(step), kDataStream},
                      {uint32_t(seed), uint32_t(seed >> 32)});
  uint64_t number = uint64_t(words[1]) << 32 | words[0];
  return static_cast<uint64_t>(static_cast<unsigned __int128>(number) * bound >> 64);
}
