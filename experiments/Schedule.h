// The learning rate of every step: constant, or linear warm-up and a cosine.
#pragma once

#include <cstdint>

namespace dsa {

/// Counts in updates, from 1; the first update of a warm-up of W steps has rate peak / W.
struct Schedule {
  double peak = 1e-3;
  int64_t warmup = 0;
  int64_t steps = 1;
  bool cosine = false;
  /// What the cosine ends at, as a share of the peak.
  double floor = 0.1;

  /// Rate of update `step` in [1, steps]: peak * step / warmup while step <= warmup; then peak, or
  /// peak * (floor + (1 - floor) (1 + cos(pi u)) / 2), u = (step - warmup) / (steps - warmup).
  double rate(int64_t step) const;
};

} // namespace dsa
