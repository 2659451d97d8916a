// The published table.
#include "experiments/PublishedResults.h"

#include "llvm/ADT/STLExtras.h"

#include <cstdlib>

using namespace dsa;

llvm::ArrayRef<PublishedResult> dsa::publishedResults() {
  static constexpr PublishedResult kResults[] = {
      {64, 8.5203, 3.5614, .0432, .5318, .0584, .0654},
      {128, 7.2813, 3.0017, .0653, .5761, .0621, .0677},
      {256, 7.1475, 1.7784, .0755, .6836, .0667, .0678},
  };
  return kResults;
}

const PublishedResult &dsa::publishedNear(int64_t length) {
  return *llvm::min_element(publishedResults(),
                            [&](const PublishedResult &a, const PublishedResult &b) {
                              return std::abs(a.length - length) < std::abs(b.length - length);
                            });
}
