// Comparisons: tolerances by type, and a sentence that points at the first element that is off.
#include "runtime/Compare.h"

#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace dsa;

namespace {
const double kNaN = std::nan(""), kInfinity = std::numeric_limits<double>::infinity();

std::string difference(const Tensor &got, const Tensor &expected) {
  return llvm::toString(expectClose("y", got, expected));
}
Tensor f32(std::vector<double> values) {
  return Tensor::fromDoubles(DType::F32, {static_cast<int64_t>(values.size())}, values);
}
} // namespace

TEST(Compare, NamesTheFirstElementThatIsOff) {
  Tensor got = Tensor::fromDoubles(DType::F32, {2, 3}, {1, 2, 3, 4, 5.5, 7});
  Tensor expected = Tensor::fromDoubles(DType::F32, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(difference(got, expected),
            "y[1,1]: expected 5, got 5.5 (2 of 6 elements differ, by 1 at most)");
  EXPECT_EQ(difference(expected, expected), "");
  EXPECT_EQ(difference(got, f32({1})), "y: expected f32[1], got f32[2x3]");
}

TEST(Compare, ToleratesWhatTheTypeCosts) {
  EXPECT_EQ(difference(f32({1000.05}), f32({1000})), "");
  EXPECT_NE(difference(f32({1000.2}), f32({1000})), "");
  EXPECT_NE(difference(f32({1e-3}), f32({0})), "");
  Tensor exact = Tensor::fromDoubles(DType::F64, {1}, {1.0 / 3});
  EXPECT_EQ(difference(exact.to(DType::BF16), exact), "");
  EXPECT_EQ(difference(exact.to(DType::F16), exact), "");
  EXPECT_EQ(difference(exact.to(DType::F32), exact), "");
  EXPECT_NE(difference(exact, exact.to(DType::F16)), "");
  EXPECT_EQ(toleranceOf(DType::F32).scaled(2).absolute, 2 * toleranceOf(DType::F32).absolute);
}

TEST(Compare, IntegersAreExact) {
  Tensor got(DType::I64, {1}), expected(DType::I64, {1});
  *got.data<int64_t>() = (int64_t(1) << 60) + 1;
  *expected.data<int64_t>() = int64_t(1) << 60; // the same double
  EXPECT_NE(difference(got, expected), "");
  EXPECT_EQ(difference(got, got), "");
}

TEST(Compare, SpecialValuesEqualOnlyThemselves) {
  EXPECT_EQ(difference(f32({kNaN, kInfinity, -kInfinity}), f32({kNaN, kInfinity, -kInfinity})), "");
  EXPECT_NE(difference(f32({kNaN}), f32({0})), "");
  EXPECT_NE(difference(f32({0}), f32({kNaN})), "");
  EXPECT_NE(difference(f32({kInfinity}), f32({-kInfinity})), "");
  EXPECT_NE(difference(f32({1e38}), f32({kInfinity})), "");
  EXPECT_EQ(difference(Tensor(DType::F32, {0}), Tensor(DType::F32, {0})), "");
}
