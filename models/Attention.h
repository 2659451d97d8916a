// Multi-head self-attention, dense or over the keys that a lightning indexer or a window selects.
#pragma once

#include "frontend/Graph.h"
#include "models/Config.h"

namespace dsa {

/// The group of parameters that the index loss trains: q_proj, k_proj and w_proj of each indexer.
inline constexpr llvm::StringLiteral kIndexerGroup = "indexer";

/// What a function of the module asks of the attention besides its output.
struct AttentionTask {
  bool dense = false;     ///< attend to all s <= t, whatever the description says
  bool indexLoss = false; ///< compare the indexer's scores with the attention that is computed
  bool observe = false;   ///< and with dense attention, for the health of the indexer
};

/// What the indexer of one layer did; the tensors that its health is judged by.
struct IndexerView {
  mlir::Value scores;      ///< [B, L, L], s > t included
  mlir::Value headWeights; ///< [B, L, HI]
  mlir::Value selection;   ///< [B, L, k] i32, null unless keys are selected
  mlir::Value attention;   ///< [B, L, L]: dense attention, the mean of all heads; if observed
  mlir::Value denseLoss;   ///< scalar: the index loss on all s <= t; if observed
};

/// What self-attention gives back.
struct AttentionOutput {
  mlir::Value output;    ///< shape of the input
  mlir::Value indexLoss; ///< scalar, null unless asked for
  IndexerView indexer;   ///< null where the indexer has nothing to do
};

/// w_o . heads(x) for the normed block input x [B, L, d]. Parameters: `attention.qkv` [3d, d] and
/// `attention.w_o` [d, d], or those of `latentOperands` and `w_o` [d, H value], and, where an
/// indexer is needed, `attention.indexer.*`. `dropout` is the rate on the attention probabilities.
AttentionOutput selfAttention(Graph &graph, const ModelConfig &config, mlir::Value x,
                              double dropout, const AttentionTask &task);

} // namespace dsa
