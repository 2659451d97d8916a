// Counter-based random numbers: Philox4x32-10, uniform and normal numbers by element.
#include "runtime/reference/Random.h"

#include <cmath>
#include <numbers>

namespace dsa::reference {

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t a = 0xD2511F53ull * counter[0], b = 0xCD9E8D57ull * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

Tensor randomKey(const Tensor &seed, const Tensor &step, const Tensor &stream) {
  Tensor key(DType::I32, {4});
  int64_t s = *seed.data<int64_t>();
  int32_t *words = key.data<int32_t>();
  words[0] = static_cast<int32_t>(s);
  words[1] = static_cast<int32_t>(s >> 32);
  words[2] = static_cast<int32_t>(*step.data<int64_t>());
  words[3] = static_cast<int32_t>(*stream.data<int64_t>());
  return key;
}

RandomStream::RandomStream(const Tensor &key) {
  for (int i = 0; i < 4; ++i)
    words[i] = static_cast<uint32_t>(key.data<int32_t>()[i]);
}

std::array<uint32_t, 4> RandomStream::block(int64_t number) const {
  auto low = static_cast<uint32_t>(number), high = static_cast<uint32_t>(number >> 32);
  return philox({low, high, words[2], words[3]}, {words[0], words[1]});
}

double RandomStream::uniform(int64_t element) const {
  uint32_t word = block(element / 64 * 16 + element % 16)[element / 16 % 4];
  return (word >> 8) * 0x1p-24;
}

double RandomStream::gaussian(int64_t element) const {
  auto word = block(element);
  double radius = ((word[0] >> 8) + 1) * 0x1p-24, angle = (word[1] >> 8) * 0x1p-24;
  return std::sqrt(-2 * std::log(radius)) * std::cos(2 * std::numbers::pi * angle);
}

double RandomStream::keepFactor(int64_t element, double p) const {
  return uniform(element) >= static_cast<float>(p) ? 1 / (1 - p) : 0;
}

} // namespace dsa::reference
