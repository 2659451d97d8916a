// The learning rate of every step.
#include "experiments/Schedule.h"

#include <cmath>
#include <numbers>

double dsa::Schedule::rate(int64_t step) const {
  if (step <= warmup)
    return peak * static_cast<double>(step) / static_cast<double>(warmup);
  if (!cosine || steps <= warmup)
    return peak;
  double u = static_cast<double>(step - warmup) / static_cast<double>(steps - warmup);
  return peak * (floor + (1 - floor) * (1 + std::cos(std::numbers::pi * u)) / 2);
}
