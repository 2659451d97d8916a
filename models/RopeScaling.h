// Rotary positions of a network, and what is done to them beyond the trained length.
#pragma once

#include "frontend/Graph.h"
#include "models/Config.h"

namespace dsa {

/// How columns [first, first + config.rotatedColumns()) of a query or key turn. Linear: positions
/// divided by the factor f. Dynamic: beyond the original length the base grows by
/// (f L / original - f + 1)^(D / (D - 2)). Yarn: slow pairs as linear, fast ones unchanged, between
/// the pairs that turn beta_fast and beta_slow times over the original length a ramp; the columns
/// grow by m(mscale) / m(mscale_all_dim), m(a) = 0.1 a ln f + 1.
Rotation rotationOf(const ModelConfig &config, int64_t first);

/// What the softmax scale is multiplied by: m(mscale_all_dim)^2 for yarn, else 1.
double softmaxGrowth(const ModelConfig &config);

} // namespace dsa
