// When two tensors count as equal: the only place where tolerances live.
#pragma once

#include "runtime/Tensor.h"
#include "llvm/Support/Error.h"

namespace dsa {

/// |got - expected| <= absolute + relative * |expected|.
struct Tolerance {
  double absolute = 0, relative = 0;
  /// Both bounds times `factor`, for results of longer chains of operations.
  Tolerance scaled(double factor) const { return {absolute * factor, relative * factor}; }
};

/// What one operation with sums over some thousand terms may be off by, in the type of its result.
/// Integers: nothing.
Tolerance toleranceOf(DType dtype);

/// How two tensors differ.
struct Comparison {
  /// Elements outside the tolerance, the first of them in row-major order, and its values.
  int64_t mismatches = 0, first = -1;
  double got = 0, expected = 0;
  /// The largest |got - expected| of all elements that are numbers in both.
  double largest = 0;
};

/// Compares element by element; shapes must agree, types may differ. NaN equals NaN, an infinity
/// only itself.
Comparison compare(const Tensor &got, const Tensor &expected, Tolerance tolerance);

/// Success when shapes agree and every element is within `tolerance`; otherwise one sentence that
/// names the first element that is not, as "y[2,17]: expected 0.5, got 0.7 (3 of 64 elements
/// differ, by 0.2 at most)".
llvm::Error expectClose(llvm::StringRef name, const Tensor &got, const Tensor &expected,
                        Tolerance tolerance);
/// The same with the tolerance of `got`'s type.
llvm::Error expectClose(llvm::StringRef name, const Tensor &got, const Tensor &expected);

} // namespace dsa
