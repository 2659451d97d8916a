// The pre-norm block that every layer of a network repeats.
#pragma once

#include "frontend/Graph.h"
#include "models/Config.h"
#include "models/Moe.h"

namespace dsa {

/// Everything random in a forward pass; all zero outside training.
struct Noise {
  double dropout =
      0.0; ///< rate on attention probabilities, residual branches and expert hidden layers
  double router = 0.0; ///< standard deviation on the router's logits

  /// What the description asks for while training.
  static Noise training(const ModelConfig &config) {
    return {config.dropout, config.moe.routerNoise};
  }
};

/// x + drop(attention(norm1(x))), then the same with the experts and norm2, for x [B, L, d]; the
/// result has the shape of x. Parameters: `norm1` and `norm2` [d] and those of the two branches.
MoeOutput transformerBlock(Graph &graph, const ModelConfig &config, mlir::Value x,
                           const Noise &noise);

} // namespace dsa
