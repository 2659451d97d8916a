// Means, deviations and paired differences, with what may be concluded from them.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace dsa {

/// Mean of some values and their sample standard deviation (0 with one value).
struct Spread {
  double mean = 0, deviation = 0;
};
Spread spreadOf(llvm::ArrayRef<double> values);

/// Mean of `values`, 0 without any.
double meanOf(llvm::ArrayRef<double> values);

/// Median of `values`, 0 without any: step times have a long tail.
double medianOf(llvm::ArrayRef<double> values);

/// The mean of paired differences a - b and its 95 % confidence interval by Student's t with
/// pairs - 1 degrees of freedom: mean +- t(.975) deviation / sqrt(pairs). One pair has no interval.
struct Difference {
  int64_t pairs = 0;
  double mean = 0;
  double low = 0, high = 0; ///< Equal to the mean with one pair.

  /// Whether there is an interval and it leaves out zero: only then are the two ranked.
  bool ranks() const { return pairs > 1 && (low > 0 || high < 0); }
};

/// Of equally many values, the i-th of each measured under the same conditions.
Difference pairedDifference(llvm::ArrayRef<double> a, llvm::ArrayRef<double> b);

} // namespace dsa
