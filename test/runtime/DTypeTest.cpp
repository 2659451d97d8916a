// Element types: names, sizes, and conversions bit by bit.
#include "runtime/DType.h"

#include "gtest/gtest.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace dsa;

TEST(DType, NamesParseBack) {
  for (DType dtype :
       {DType::F64, DType::F32, DType::BF16, DType::F16, DType::I64, DType::I32, DType::I1})
    EXPECT_EQ(parseDType(name(dtype)), dtype);
  EXPECT_EQ(parseDType("f8"), std::nullopt);
}

TEST(DType, EveryBF16SurvivesTheRoundTrip) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    float value = fromBF16Bits(bits);
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(fromBF16Bits(toBF16Bits(value))));
    else
      EXPECT_EQ(toBF16Bits(value), bits);
  }
}

TEST(DType, EveryF16SurvivesTheRoundTrip) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    float value = fromF16Bits(bits);
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(fromF16Bits(toF16Bits(value))));
    else
      EXPECT_EQ(toF16Bits(value), bits);
  }
}

TEST(DType, SixteenBitFloatsRoundHalfToEven) {
  // Half-way between two neighbours: the one with an even mantissa is taken, whichever side it is
  // on.
  for (uint16_t bits = 0x3c00; bits < 0x3c20; ++bits) {
    float half = (fromF16Bits(bits) + fromF16Bits(bits + 1)) / 2;
    EXPECT_EQ(toF16Bits(half), bits + (bits & 1));
    half = (fromBF16Bits(bits) + fromBF16Bits(bits + 1)) / 2;
    EXPECT_EQ(toBF16Bits(half), bits + (bits & 1));
  }
  EXPECT_EQ(toF16Bits(65519.996f), 0x7bff);
  EXPECT_EQ(toF16Bits(65520.0f), 0x7c00);
  EXPECT_EQ(toF16Bits(-1e-30f), 0x8000);
  EXPECT_EQ(toF16Bits(std::ldexp(1.5f, -25)), 1);
  EXPECT_EQ(toBF16Bits(std::numeric_limits<float>::max()), 0x7f80);
}

TEST(DType, IntegersSaturate) {
  int32_t small;
  writeElement(DType::I32, &small, 0, 1e20);
  EXPECT_EQ(small, std::numeric_limits<int32_t>::max());
  writeElement(DType::I32, &small, 0, -2147483649.0);
  EXPECT_EQ(small, std::numeric_limits<int32_t>::min());
  writeElement(DType::I32, &small, 0, -2.9);
  EXPECT_EQ(small, -2);
  int64_t large;
  writeElement(DType::I64, &large, 0, std::ldexp(1.0, 63));
  EXPECT_EQ(large, std::numeric_limits<int64_t>::max());
  writeElement(DType::I64, &large, 0, std::nan(""));
  EXPECT_EQ(large, 0);
}
