// Initial values of parameters from a counter-based generator.
#include "frontend/Parameters.h"

#include "runtime/reference/Random.h"

#include <cmath>
#include <numbers>

using namespace dsa;

/// FNV-1a, 64 bits: the same on every machine and in every version.
static uint64_t hashName(llvm::StringRef name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : name)
    hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

/// The four words of element / 4 in the stream of one parameter.
static std::array<uint32_t, 4> block(uint64_t seed, uint64_t name, uint64_t number) {
  auto low = [](uint64_t bits) { return static_cast<uint32_t>(bits); };
  auto high = [](uint64_t bits) { return static_cast<uint32_t>(bits >> 32); };
  return reference::philox({low(number), high(number), low(name), high(name)},
                           {low(seed), high(seed)});
}

/// A word as a number in [0, 1) on a grid of 2^-24.
static double unit(uint32_t word) {
  return (word >> 8) * 0x1p-24;
}

/// Four independent standard normal numbers (Box-Muller on two pairs of words).
static std::array<double, 4> normals(std::array<uint32_t, 4> words) {
  std::array<double, 4> values;
  for (int pair = 0; pair < 4; pair += 2) {
    double radius = std::sqrt(-2.0 * std::log(unit(words[pair]) + 0x1p-24));
    double angle = 2.0 * std::numbers::pi * unit(words[pair + 1]);
    values[pair] = radius * std::cos(angle);
    values[pair + 1] = radius * std::sin(angle);
  }
  return values;
}

/// Four independent numbers in [-1, 1).
static std::array<double, 4> symmetricUniforms(std::array<uint32_t, 4> words) {
  std::array<double, 4> values;
  for (int i = 0; i < 4; ++i)
    values[i] = 2.0 * unit(words[i]) - 1.0;
  return values;
}

Tensor dsa::initialParameter(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                             Initialization initialization, uint64_t seed) {
  Tensor tensor(DType::F32, shape);
  float *data = tensor.data<float>();
  int64_t elements = tensor.numElements();
  if (shape.size() < 2) {
    std::fill_n(data, elements, 1.0f);
    return tensor;
  }
  bool embedding = name.ends_with("embed");
  bool published = initialization == Initialization::Published;
  bool uniform = published && !embedding;
  double width = published ? 1.0 : 0.02;
  if (uniform)
    width = 1.0 / std::sqrt(static_cast<double>(shape.back()));
  uint64_t hash = hashName(name);
  for (int64_t first = 0; first < elements; first += 4) {
    std::array<uint32_t, 4> words = block(seed, hash, first / 4);
    std::array<double, 4> values = uniform ? symmetricUniforms(words) : normals(words);
    for (int64_t i = 0; i < std::min<int64_t>(4, elements - first); ++i)
      data[first + i] = static_cast<float>(width * values[i]);
  }
  return tensor;
}
