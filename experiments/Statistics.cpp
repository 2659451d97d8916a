// Sample statistics; the quantile of Student's t comes from Boost.Math.
#include "experiments/Statistics.h"

#include "llvm/ADT/STLExtras.h"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

using namespace dsa;

double dsa::meanOf(llvm::ArrayRef<double> values) {
  if (values.empty())
    return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double dsa::medianOf(llvm::ArrayRef<double> values) {
  if (values.empty())
    return 0;
  std::vector<double> sorted = values.vec();
  auto middle = sorted.begin() + static_cast<int64_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

Spread dsa::spreadOf(llvm::ArrayRef<double> values) {
  Spread spread{meanOf(values), 0};
  if (values.size() < 2)
    return spread;
  double sum = 0;
  for (double value : values)
    sum += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(sum / static_cast<double>(values.size() - 1));
  return spread;
}

Difference dsa::pairedDifference(llvm::ArrayRef<double> a, llvm::ArrayRef<double> b) {
  assert(a.size() == b.size() && !a.empty() && "pairs have two members");
  std::vector<double> differences;
  for (auto [left, right] : llvm::zip_equal(a, b))
    differences.push_back(left - right);
  Spread spread = spreadOf(differences);
  Difference result{static_cast<int64_t>(a.size()), spread.mean, spread.mean, spread.mean};
  if (result.pairs < 2)
    return result;
  double pairs = static_cast<double>(result.pairs);
  boost::math::students_t distribution(pairs - 1);
  double reach = boost::math::quantile(distribution, .975) * spread.deviation / std::sqrt(pairs);
  result.low = spread.mean - reach;
  result.high = spread.mean + reach;
  return result;
}
