// Counts what an indexer selects and what it leaves out.
#include "experiments/IndexerHealth.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace dsa;

namespace {

/// Sums over the rows that have something to choose.
struct Sums {
  int64_t rows = 0, selected = 0;
  double mass = 0, common = 0, distance = 0, ties = 0;
};

/// Whether each s <= t is among the `k` keys with most attention; the lower index wins a tie.
std::vector<bool> topOf(const float *attention, int64_t keys, int64_t k) {
  std::vector<int64_t> order(keys);
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [&](int64_t a, int64_t b) {
    return attention[a] != attention[b] ? attention[a] > attention[b] : a < b;
  });
  std::vector<bool> top(keys, false);
  for (int64_t i = 0; i < k; ++i)
    top[order[i]] = true;
  return top;
}

/// Row t, whose keys are 0 to t.
void addRow(Sums &sums, const float *scores, const float *attention, const int32_t *selection,
            int64_t k, int64_t t) {
  std::vector<bool> selected(t + 1, false), top = topOf(attention, t + 1, k);
  for (int64_t i = 0; i < k; ++i) {
    int64_t s = selection[i];
    if (s < 0 || s > t)
      continue;
    selected[s] = true;
    ++sums.selected;
    sums.mass += attention[s];
    sums.common += top[s] / static_cast<double>(k);
    sums.distance += static_cast<double>(t - s);
  }
  float least = HUGE_VALF, best = -HUGE_VALF;
  for (int64_t s = 0; s <= t; ++s)
    if (selected[s])
      least = std::min(least, scores[s]);
    else
      best = std::max(best, scores[s]);
  sums.ties += best >= least;
  ++sums.rows;
}

} // namespace

IndexerHealth dsa::healthOf(const IndexerObservation &seen) {
  const int64_t batch = seen.scores.shape()[0], length = seen.scores.shape()[1];
  const int64_t k = seen.selection.shape()[2];
  Sums sums;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t t = k; t < length; ++t) {
      int64_t row = b * length + t;
      addRow(sums, seen.scores.data<float>() + row * length,
             seen.attention.data<float>() + row * length, seen.selection.data<int32_t>() + row * k,
             k, t);
    }
  IndexerHealth health;
  health.loss = seen.loss;
  llvm::ArrayRef<float> weights(seen.headWeights.data<float>(), seen.headWeights.numElements());
  int64_t negative = std::count_if(weights.begin(), weights.end(), [](float w) { return w < 0; });
  health.negativeWeights = static_cast<double>(negative) / static_cast<double>(weights.size());
  if (sums.rows == 0)
    return health;
  double rows = static_cast<double>(sums.rows);
  health.massRecall = sums.mass / rows;
  health.overlap = sums.common / rows;
  health.boundaryTies = sums.ties / rows;
  health.lookBack = sums.distance / static_cast<double>(std::max<int64_t>(sums.selected, 1));
  return health;
}

IndexerHealth dsa::meanOf(llvm::ArrayRef<IndexerHealth> layers) {
  IndexerHealth mean{0, 0, 0, 0, 0, 0};
  double share = 1 / static_cast<double>(layers.size());
  for (const IndexerHealth &layer : layers) {
    mean.massRecall += share * layer.massRecall;
    mean.overlap += share * layer.overlap;
    mean.negativeWeights += share * layer.negativeWeights;
    mean.lookBack += share * layer.lookBack;
    mean.boundaryTies += share * layer.boundaryTies;
    mean.loss += share * layer.loss;
  }
  return mean;
}
