// The projections around latent attention.
#include "models/LatentAttention.h"

#include "models/Precision.h"
#include "models/RopeScaling.h"

using namespace mlir;
using namespace dsa;

/// [B, L, H, nope + rope], the rope columns turned.
static Value latentQuery(Graph &graph, const ModelConfig &config, Value x) {
  const LatentConfig &latent = *config.latent;
  int64_t columns = config.heads * (latent.nope + latent.rope);
  Value query;
  if (latent.queryRank == 0) {
    query = graph.linear(x, weight(graph, config, "q_proj", {columns, config.width}));
  } else {
    Value low =
        graph.linear(x, weight(graph, config, "q_a_proj", {latent.queryRank, config.width}));
    low = graph.rmsNorm(low, weight(graph, config, "q_a_norm", {latent.queryRank}), config.normEps);
    query = graph.linear(low, weight(graph, config, "q_b_proj", {columns, latent.queryRank}));
  }
  return graph.rope(graph.splitLast(query, config.heads), rotationOf(config, latent.nope));
}

LatentOperands dsa::latentOperands(Graph &graph, const ModelConfig &config, Value x) {
  const LatentConfig &latent = *config.latent;
  int64_t rows = config.heads * (latent.nope + latent.value);
  LatentOperands operands;
  operands.query = latentQuery(graph, config, x);
  Value low = graph.linear(
      x, weight(graph, config, "kv_a_proj", {latent.rank + latent.rope, config.width}));
  operands.latent =
      graph.rmsNorm(graph.slice(low, 2, 0, latent.rank),
                    weight(graph, config, "kv_a_norm", {latent.rank}), config.normEps);
  Value key = graph.splitLast(graph.slice(low, 2, latent.rank, latent.rope), 1);
  operands.ropeKey = graph.mergeLast(graph.rope(key, rotationOf(config, 0)));
  operands.upWeight = weight(graph, config, "kv_b_proj", {rows, latent.rank});
  return operands;
}

std::pair<Value, Value> dsa::sharedRows(Graph &graph, const ModelConfig &config,
                                        const LatentOperands &operands) {
  const LatentConfig &latent = *config.latent;
  if (latent.nope == 0)
    return {operands.query, graph.splitLast(operands.ropeKey, 1)};
  Value maps = graph.unflattenRows(operands.upWeight, {config.heads, latent.nope + latent.value});
  Value content = graph.headLinear(graph.slice(operands.query, 3, 0, latent.nope),
                                   graph.slice(maps, 1, 0, latent.nope), /*transposed=*/true);
  Value query = graph.joinLast(content, graph.slice(operands.query, 3, latent.nope, latent.rope));
  return {query, graph.splitLast(graph.joinLast(operands.latent, operands.ropeKey), 1)};
}
