// The checks and sums that the reference families share.
#include "runtime/reference/View.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dsa::reference {

llvm::Error expectInRange(llvm::StringRef op, llvm::StringRef what, const Tensor &values,
                          int64_t low, int64_t high, int64_t rowLength) {
  Indices value = flat<int32_t>(values);
  for (int64_t i = 0; i < values.numElements(); ++i)
    if (value(i) < low || value(i) >= high)
      return llvm::createStringError(
          llvm::formatv("{0}: expected {1} in [{2}, {3}) in row {4}, got {5}", op, what, low, high,
                        i / rowLength, value(i)));
  return llvm::Error::success();
}

double logSumExp(llvm::ArrayRef<double> z) {
  if (z.empty())
    return -std::numeric_limits<double>::infinity();
  double largest = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (double value : z)
    sum += std::exp(value - largest);
  return largest + std::log(sum);
}

} // namespace dsa::reference
