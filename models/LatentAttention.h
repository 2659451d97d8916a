// Latent self-attention: keys and values of all heads out of one small row a token.
#pragma once

#include "frontend/Graph.h"
#include "models/Config.h"

namespace dsa {

/// What latent attention reads of the normed block input x [B, L, d], without a selection.
/// Parameters, with H heads and the widths of `config.latent`: `q_proj` [H (nope + rope), d], or
/// with a query rank `q_a_proj`, `q_a_norm` and `q_b_proj`; `kv_a_proj` [rank + rope, d],
/// `kv_a_norm` [rank] and `kv_b_proj` [H (nope + value), rank].
LatentOperands latentOperands(Graph &graph, const ModelConfig &config, mlir::Value x);

/// Queries [B, L, H, rank + rope] and one key [B, L, 1, rank + rope] for all heads, whose products
/// are those of the heads' own queries and keys: the absorbed form.
std::pair<mlir::Value, mlir::Value> sharedRows(Graph &graph, const ModelConfig &config,
                                               const LatentOperands &operands);

} // namespace dsa
