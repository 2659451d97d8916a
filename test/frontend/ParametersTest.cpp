// Initial parameters: the two rules, and equal bits for equal names.
#include "frontend/Parameters.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>

using namespace dsa;

namespace {

struct Moments {
  double mean = 0.0, deviation = 0.0, largest = 0.0;
};

Moments momentsOf(const Tensor &tensor) {
  Moments moments;
  double squares = 0.0;
  for (double value : tensor.asDoubles()) {
    moments.mean += value;
    squares += value * value;
    moments.largest = std::max(moments.largest, std::abs(value));
  }
  double count = tensor.numElements();
  moments.mean /= count;
  moments.deviation = std::sqrt(squares / count - moments.mean * moments.mean);
  return moments;
}

TEST(ParametersTest, NormalRuleIsTheSameForEveryMatrix) {
  for (llvm::StringRef name : {"embed", "blocks.0.attention.qkv"}) {
    Moments moments = momentsOf(initialParameter(name, {300, 256}, Initialization::Normal, 7));
    EXPECT_NEAR(moments.mean, 0.0, 4e-4);
    EXPECT_NEAR(moments.deviation, 0.02, 4e-4);
  }
}

TEST(ParametersTest, PublishedRuleTellsEmbeddingFromLinear) {
  Moments embed = momentsOf(initialParameter("embed", {300, 256}, Initialization::Published, 7));
  EXPECT_NEAR(embed.deviation, 1.0, 0.02);
  Moments linear =
      momentsOf(initialParameter("experts.linear1", {4, 512, 256}, Initialization::Published, 7));
  EXPECT_LE(linear.largest, 1.0 / 16);
  EXPECT_NEAR(linear.deviation, 1.0 / 16 / std::sqrt(3.0), 2e-4);
  EXPECT_NEAR(linear.mean, 0.0, 2e-4);
}

TEST(ParametersTest, GainsStartAtOne) {
  for (Initialization rule : {Initialization::Normal, Initialization::Published})
    for (double value : initialParameter("norm", {5}, rule, 7).asDoubles())
      EXPECT_EQ(value, 1.0);
}

TEST(ParametersTest, BitsDependOnSeedAndNameOnly) {
  auto bytes = [](llvm::StringRef name, llvm::ArrayRef<int64_t> shape, uint64_t seed) {
    Tensor tensor = initialParameter(name, shape, Initialization::Normal, seed);
    const char *data = static_cast<const char *>(tensor.data());
    return std::string(data, 7 * sizeof(float));
  };
  EXPECT_EQ(bytes("a", {2, 4}, 1), bytes("a", {3, 5}, 1));
  EXPECT_NE(bytes("a", {2, 4}, 1), bytes("b", {2, 4}, 1));
  EXPECT_NE(bytes("a", {2, 4}, 1), bytes("a", {2, 4}, 2));
  EXPECT_NE(bytes("a", {2, 4}, 1), bytes("a", {2, 4}, 1 + (uint64_t(1) << 32)));
}

} // namespace
