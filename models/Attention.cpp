// Dense attention beside sparse attention: the selection and one op are the whole difference.
#include "models/Attention.h"

#include "dialect/Shapes.h"

#include <cmath>

using namespace mlir;
using namespace dsa;

/// The published selector hides the future only from the ranking, by scores of this value.
static constexpr double kPublishedFutureScore = -1.0e9;

/// S [B, L, k]: I[t, s] = sum_j w[t, j] relu(q[t, j] . k[s]), then the best k of each row.
static Value selectKeys(Graph &graph, const ModelConfig &config, Value x) {
  Graph::Scope scope(graph, "indexer");
  auto [heads, width] = config.indexer;
  int64_t d = config.width;
  Value query = graph.linear(x, graph.parameter("q_proj", {heads * width, d}));
  Value key = graph.linear(x, graph.parameter("k_proj", {width, d}));
  Value weight = graph.linear(x, graph.parameter("w_proj", {heads, d}));
  Value scores = graph.indexScores(graph.splitLast(query, heads), key, weight);
  bool causal = config.attention == AttentionKind::Sparse;
  if (!causal)
    scores = graph.fillFuture(scores, kPublishedFutureScore);
  return graph.topK(scores, config.selectedKeys(), {.causal = causal});
}

Value dsa::selfAttention(Graph &graph, const ModelConfig &config, Value x, double dropout) {
  Graph::Scope scope(graph, "attention");
  int64_t d = config.width;
  Value qkv = graph.linear(x, graph.parameter("qkv", {3 * d, d}));
  auto part = [&](int64_t number) {
    return graph.splitLast(graph.slice(qkv, 2, number * d, d), config.heads);
  };
  Value query = graph.rope(part(0), {.base = config.ropeBase});
  Value keys = graph.rope(part(1), {.base = config.ropeBase});
  Value values = part(2);
  int64_t headWidth = d / config.heads;
  double scale = 1.0 / std::sqrt(static_cast<double>(headWidth));

  Value heads;
  if (config.attention == AttentionKind::Dense) {
    heads = graph.attention(query, keys, values, scale, dropout, {.causal = true}).getResult();
  } else {
    bool causal = config.attention == AttentionKind::Sparse;
    Value indices = selectKeys(graph, config, x);
    heads = graph.sparseAttention(query, keys, values, indices, scale, dropout, {.causal = causal})
                .getResult();
  }
  return graph.linear(graph.mergeLast(heads), graph.parameter("w_o", {d, d}));
}
