// The pre-norm block that every layer of a network repeats.
#pragma once

#include "frontend/Graph.h"
#include "models/Attention.h"
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

/// What a block gives back.
struct BlockOutput {
  mlir::Value output;        ///< shape of the input
  RouteOp route;             ///< what a balance loss reads
  AttentionOutput attention; ///< what an index loss and the health of an indexer read
};

/// x + drop(attention(norm1(x))), then the same with the experts and norm2, for x [B, L, d].
/// Parameters: `norm1` and `norm2` [d] and those of the two branches.
BlockOutput transformerBlock(Graph &graph, const ModelConfig &config, mlir::Value x,
                             const Noise &noise, const AttentionTask &task);

} // namespace dsa
