// The mixture of experts of a block: route, dispatch, two grouped linear maps, combine.
#pragma once

#include "frontend/Graph.h"
#include "models/Config.h"

namespace dsa {

/// What a mixture of experts gives back.
struct MoeOutput {
  mlir::Value output; ///< shape of the input
  RouteOp route;      ///< what a balance loss reads
};

/// y[t] = sum over the chosen experts e of weight[t, e] W2_e drop(silu(W1_e x[t])) for x [B, L, d].
/// Parameters: `feed_forward.router.gate` [E, d], `feed_forward.experts.linear1` [E, d_ff, d],
/// `feed_forward.experts.linear2` [E, d, d_ff]. `dropout` is the rate on the hidden layer, `noise`
/// the standard deviation of what is added to the router's logits.
MoeOutput mixtureOfExperts(Graph &graph, const ModelConfig &config, mlir::Value x, double dropout,
                           double noise);

} // namespace dsa
