// The reference itself: known answers of Philox, identities between ops, errors that name the row.
#include "runtime/reference/AttentionOps.h"
#include "runtime/reference/IndexerOps.h"
#include "runtime/reference/MoeOps.h"
#include "runtime/reference/Random.h"
#include "runtime/reference/TensorOps.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace dsa;
using namespace dsa::reference;

static Tensor floats(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<double> values) {
  return Tensor::fromDoubles(DType::F64, shape, values);
}
static Tensor integers(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<double> values) {
  return Tensor::fromDoubles(DType::I32, shape, values);
}
static Tensor normal(llvm::ArrayRef<int64_t> shape, int stream) {
  RandomStream random(integers({4}, {1, 2, 3, static_cast<double>(stream)}));
  Tensor result(DType::F64, shape);
  for (int64_t i = 0; i < result.numElements(); ++i)
    result.set(i, random.gaussian(i));
  return result;
}
static void expectNear(const Tensor &got, const Tensor &expected) {
  ASSERT_EQ(got.shape(), expected.shape());
  for (int64_t i = 0; i < got.numElements(); ++i)
    EXPECT_NEAR(got.at(i), expected.at(i), 1e-12) << "element " << i;
}

// The known-answer vectors that Random123 ships for philox4x32 with 10 rounds.
TEST(Reference, PhiloxKnownAnswers) {
  using Block = std::array<uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Reference, UniformAndNormalMoments) {
  RandomStream random(integers({4}, {7, 0, 1, 5}));
  constexpr int64_t count = 20000;
  double mean = 0, normalMean = 0, normalSquare = 0;
  for (int64_t i = 0; i < count; ++i) {
    double u = random.uniform(i), z = random.gaussian(i);
    EXPECT_GE(u, 0);
    EXPECT_LT(u, 1);
    mean += u / count;
    normalMean += z / count;
    normalSquare += z * z / count;
  }
  EXPECT_NEAR(mean, 0.5, 0.01);
  EXPECT_NEAR(normalMean, 0, 0.03);
  EXPECT_NEAR(normalSquare, 1, 0.03);
}

TEST(Reference, SparseAttentionOverAllKeysIsAttention) {
  Tensor q = normal({2, 5, 4, 3}, 0), k = normal({2, 5, 2, 3}, 1), v = normal({2, 5, 2, 6}, 2);
  AttentionOptions options;
  options.causal = true;
  options.scale = 0.7;
  llvm::Expected<Tensor> all = topK(normal({2, 5, 5}, 3), options, 5);
  ASSERT_TRUE(static_cast<bool>(all));
  auto [o, lse] = attention(q, k, v, options);
  auto sparse = sparseAttention(q, k, v, *all, options);
  ASSERT_TRUE(static_cast<bool>(sparse));
  expectNear((*sparse)[0], o);
  expectNear((*sparse)[1], lse);
}

TEST(Reference, SparseAttentionIsGatherProductSoftmaxProduct) {
  Tensor q = normal({1, 1, 1, 3}, 0), k = normal({1, 6, 1, 3}, 1), v = normal({1, 6, 1, 2}, 2);
  Tensor selection = integers({1, 1, 3}, {0, 2, 5});
  auto sparse = sparseAttention(q, k, v, selection, AttentionOptions());
  auto keys = gather(k, selection), values = gather(v, selection);
  ASSERT_TRUE(sparse && keys && values);
  auto [o, lse] =
      attention(q, keys->reshape({1, 3, 1, 3}), values->reshape({1, 3, 1, 2}), AttentionOptions());
  expectNear((*sparse)[0], o);
  expectNear((*sparse)[1], lse);
}

TEST(Reference, CombineOfDispatchedRowsIsTheWeightedToken) {
  Tensor x = normal({7, 3}, 0);
  auto [weights, experts, probabilities] =
      *route(normal({7, 4}, 1), std::nullopt, std::nullopt, 2, 0);
  auto dispatched = dispatch(x, experts, 4);
  ASSERT_TRUE(static_cast<bool>(dispatched));
  expectNear(combine((*dispatched)[0], weights, (*dispatched)[3]), x); // weights sum to 1
  expectNear(scale(dispatchGrad((*dispatched)[0], (*dispatched)[3]), 0.5), x);
}

TEST(Reference, RopeKeepsProductsOfEqualDistance) {
  Tensor x = normal({1, 4, 1, 6}, 0), y = normal({1, 4, 1, 6}, 1);
  RopeOptions options;
  options.width = 6;
  auto product = [&](int32_t offset) {
    Tensor at = integers({}, {static_cast<double>(offset)});
    Tensor z = mul(rope(x, at, options), rope(y, at, options));
    double sum = 0;
    for (int64_t i = 0; i < z.numElements(); ++i)
      sum += z.at(i);
    return sum;
  };
  EXPECT_NEAR(product(0), product(1000), 1e-10);
}

TEST(Reference, ErrorsNameOpAndRow) {
  Tensor scores = floats({1, 2, 2}, {1, 2, 3, std::nan("")});
  EXPECT_EQ(llvm::toString(topK(scores, Visibility(), 1).takeError()),
            "dsa.top_k: expected scores without NaN in row 1, got NaN");
  EXPECT_EQ(llvm::toString(embedding(floats({2, 1}, {1, 2}), integers({3}, {0, 1, 2})).takeError()),
            "dsa.embedding: expected an id in [0, 2) in row 2, got 2");
  EXPECT_EQ(llvm::toString(dispatch(floats({1, 1}, {1}), integers({1, 1}, {4}), 4).takeError()),
            "dsa.dispatch: expected an expert in [0, 4) in row 0, got 4");
}
