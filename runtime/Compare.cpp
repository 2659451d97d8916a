// Comparing tensors in double precision.
#include "runtime/Compare.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>

namespace dsa {

Tolerance toleranceOf(DType dtype) {
  switch (dtype) {
  case DType::F64:
    return {1e-11, 1e-9};
  case DType::F32:
    return {2e-5, 1e-4};
  case DType::F16:
    return {2e-3, 4e-3};
  case DType::BF16:
    return {1e-2, 2e-2};
  case DType::I64:
  case DType::I32:
  case DType::I1:
    break;
  }
  return {0, 0};
}

static bool isClose(double got, double expected, Tolerance tolerance) {
  if (std::isnan(got) || std::isnan(expected))
    return std::isnan(got) && std::isnan(expected);
  if (std::isinf(got) || std::isinf(expected))
    return got == expected;
  return std::fabs(got - expected) <= tolerance.absolute + tolerance.relative * std::fabs(expected);
}

/// 64-bit integers do not fit a double: they are compared as they are.
static bool isSameInteger(const Tensor &got, const Tensor &expected, int64_t index) {
  return got.data<int64_t>()[index] == expected.data<int64_t>()[index];
}

Comparison compare(const Tensor &got, const Tensor &expected, Tolerance tolerance) {
  assert(got.shape() == expected.shape() && "only tensors of one shape can be compared");
  Comparison result;
  bool integers = got.dtype() == DType::I64 && expected.dtype() == DType::I64;
  for (int64_t index = 0, end = got.numElements(); index < end; ++index) {
    double mine = got.at(index), theirs = expected.at(index);
    if (std::isfinite(mine) && std::isfinite(theirs))
      result.largest = std::max(result.largest, std::fabs(mine - theirs));
    if (integers && tolerance.absolute == 0 && tolerance.relative == 0
            ? isSameInteger(got, expected, index)
            : isClose(mine, theirs, tolerance))
      continue;
    if (result.mismatches++ == 0) {
      result.first = index;
      result.got = mine;
      result.expected = theirs;
    }
  }
  return result;
}

/// The coordinates of a flat index, "2,17".
static std::string coordinates(int64_t index, llvm::ArrayRef<int64_t> shape) {
  std::vector<int64_t> position(shape.size());
  for (size_t axis = shape.size(); axis-- > 0; index /= shape[axis])
    position[axis] = index % shape[axis];
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(position, os, ",");
  return text;
}

llvm::Error expectClose(llvm::StringRef name, const Tensor &got, const Tensor &expected,
                        Tolerance tolerance) {
  if (got.shape() != expected.shape())
    return llvm::createStringError(name + ": expected " +
                                   describe(expected.dtype(), expected.shape()) + ", got " +
                                   describe(got.dtype(), got.shape()));
  Comparison result = compare(got, expected, tolerance);
  if (result.mismatches == 0)
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream(text) << name << '[' << coordinates(result.first, got.shape())
                                 << "]: expected "
                                 << llvm::format("%.9g, got %.9g", result.expected, result.got)
                                 << " (" << result.mismatches << " of " << got.numElements()
                                 << " elements differ, by " << llvm::format("%.3g", result.largest)
                                 << " at most)";
  return llvm::createStringError(text);
}

llvm::Error expectClose(llvm::StringRef name, const Tensor &got, const Tensor &expected) {
  return expectClose(name, got, expected, toleranceOf(got.dtype()));
}

} // namespace dsa
