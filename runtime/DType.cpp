// Element types: one table of names and sizes, and the conversions of 16-bit floats by their bits.
#include "runtime/DType.h"

#include "llvm/ADT/STLExtras.h"
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

namespace dsa {

namespace {
struct Row {
  DType dtype;
  llvm::StringLiteral name;
  int64_t size;
};
/// In the order of the enumeration, so that a type is its own index.
constexpr Row kTypes[] = {{DType::F64, "f64", 8}, {DType::F32, "f32", 4}, {DType::BF16, "bf16", 2},
                          {DType::F16, "f16", 2}, {DType::I64, "i64", 8}, {DType::I32, "i32", 4},
                          {DType::I1, "i1", 1}};
const Row &row(DType dtype) {
  return kTypes[static_cast<int>(dtype)];
}

template <typename Integer> Integer saturate(double value) {
  if (std::isnan(value))
    return 0;
  // 2^63 and 2^31 are doubles, their predecessors need not be: compare against the open end.
  double end = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  if (value >= end)
    return std::numeric_limits<Integer>::max();
  if (value < -end)
    return std::numeric_limits<Integer>::min();
  return static_cast<Integer>(value);
}
} // namespace

int64_t size(DType dtype) {
  return row(dtype).size;
}
llvm::StringRef name(DType dtype) {
  return row(dtype).name;
}

std::optional<DType> parseDType(llvm::StringRef text) {
  const Row *found = llvm::find_if(kTypes, [&](const Row &row) { return row.name == text; });
  return found == std::end(kTypes) ? std::nullopt : std::optional(found->dtype);
}

bool isFloat(DType dtype) {
  return dtype <= DType::F16;
}

uint16_t toBF16Bits(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value))
    return static_cast<uint16_t>((bits >> 16) | 0x40); // quiet, and never an infinity
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

float fromBF16Bits(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

uint16_t toF16Bits(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint16_t sign = (bits >> 16) & 0x8000;
  uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000)
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000) // 65520 and above round to infinity
    return sign | 0x7c00;
  if (magnitude <
      0x38800000) // below 2^-14: a multiple of 2^-24, rounded by the floating-point unit
    return sign | static_cast<uint16_t>(std::nearbyint(std::ldexp(std::fabs(value), 24)));
  uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
  return sign | static_cast<uint16_t>((rounded - (112u << 23)) >> 13);
}

float fromF16Bits(uint16_t bits) {
  float sign = bits & 0x8000 ? -1.0f : 1.0f;
  int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  if (exponent == 31)
    return mantissa ? std::numeric_limits<float>::quiet_NaN()
                    : sign * std::numeric_limits<float>::infinity();
  if (exponent == 0)
    return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

double readElement(DType dtype, const void *data, int64_t index) {
  switch (dtype) {
  case DType::F64:
    return static_cast<const double *>(data)[index];
  case DType::F32:
    return static_cast<const float *>(data)[index];
  case DType::BF16:
    return fromBF16Bits(static_cast<const uint16_t *>(data)[index]);
  case DType::F16:
    return fromF16Bits(static_cast<const uint16_t *>(data)[index]);
  case DType::I64:
    return static_cast<double>(static_cast<const int64_t *>(data)[index]);
  case DType::I32:
    return static_cast<const int32_t *>(data)[index];
  case DType::I1:
    return static_cast<const uint8_t *>(data)[index] != 0;
  }
  assert(false && "every element type is handled above");
  return 0;
}

void writeElement(DType dtype, void *data, int64_t index, double value) {
  switch (dtype) {
  case DType::F64:
    static_cast<double *>(data)[index] = value;
    return;
  case DType::F32:
    static_cast<float *>(data)[index] = static_cast<float>(value);
    return;
  case DType::BF16:
    static_cast<uint16_t *>(data)[index] = toBF16Bits(static_cast<float>(value));
    return;
  case DType::F16:
    static_cast<uint16_t *>(data)[index] = toF16Bits(static_cast<float>(value));
    return;
  case DType::I64:
    static_cast<int64_t *>(data)[index] = saturate<int64_t>(value);
    return;
  case DType::I32:
    static_cast<int32_t *>(data)[index] = saturate<int32_t>(value);
    return;
  case DType::I1:
    static_cast<uint8_t *>(data)[index] = value != 0;
    return;
  }
}

} // namespace dsa
