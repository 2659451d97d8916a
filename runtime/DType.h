// The element types of a tensor: their sizes, names and conversions to and from double.
#pragma once

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace dsa {

/// Element type of a tensor. BF16 and F16 are stored as their 16 bits, I1 as one byte that is 0
/// or 1.
enum class DType { F64, F32, BF16, F16, I64, I32, I1 };

/// Bytes of one element.
int64_t size(DType dtype);

/// The name as it is typed: "f64", "f32", "bf16", "f16", "i64", "i32", "i1".
llvm::StringRef name(DType dtype);

/// The inverse of `name`; nothing when no type is called so.
std::optional<DType> parseDType(llvm::StringRef text);

/// True for F64, F32, BF16 and F16.
bool isFloat(DType dtype);

/// The 16 bits of the bf16 nearest to `value` (ties to even; NaN stays NaN).
uint16_t toBF16Bits(float value);
/// The value of 16 bf16 bits, exact.
float fromBF16Bits(uint16_t bits);

/// The 16 bits of the IEEE binary16 nearest to `value` (ties to even, overflow to infinity).
uint16_t toF16Bits(float value);
/// The value of 16 binary16 bits, exact.
float fromF16Bits(uint16_t bits);

/// Element `index` of an array of `dtype`, as a double. I64 beyond 2^53 is rounded.
double readElement(DType dtype, const void *data, int64_t index);

/// Stores `value` as element `index`. Floats round to nearest (16-bit ones by way of f32); integers
/// truncate towards zero, saturate, and turn NaN into 0; I1 stores value != 0.
void writeElement(DType dtype, void *data, int64_t index, double value);

} // namespace dsa
