// Multi-head self-attention, dense or over the keys that a lightning indexer selects.
#pragma once

#include "frontend/Graph.h"
#include "models/Config.h"

namespace dsa {

/// w_o . heads(x) for the normed block input x [B, L, d]; the result has the shape of x.
/// Parameters: `attention.qkv` [3d, d], `attention.w_o` [d, d] and, unless dense,
/// `attention.indexer.*`. `dropout` is the rate on the attention probabilities.
mlir::Value selfAttention(Graph &graph, const ModelConfig &config, mlir::Value x, double dropout);

} // namespace dsa
