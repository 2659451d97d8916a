// Dense attention beside sparse attention: the selection and one op are the whole difference.
#include "models/Attention.h"

#include "dialect/Shapes.h"

#include <cmath>

using namespace mlir;
using namespace dsa;

/// The published selector hides the future only from the ranking, by scores of this value.
static constexpr double kPublishedFutureScore = -1.0e9;

/// I[t, s] = scale sum_j w[t, j] relu(q[t, j] . k[s]). The input is given, so that whatever trains
/// the indexer trains nothing else.
static IndexerView scoreKeys(Graph &graph, const ModelConfig &config, Value x) {
  Graph::Scope scope(graph, "indexer");
  const IndexerConfig &indexer = config.indexer;
  Value given = graph.detach(x);
  auto project = [&](StringRef name, int64_t rows) {
    return graph.linear(given, graph.parameter(name, {rows, config.width}, kIndexerGroup));
  };
  Value query = graph.splitLast(project("q_proj", indexer.heads * indexer.width), indexer.heads);
  Value key = project("k_proj", indexer.width);
  Value weight = project("w_proj", indexer.heads);
  if (indexer.rope) {
    Rotation rotation{.pairing = RopePairing::Half, .base = config.ropeBase, .width = indexer.rope};
    query = graph.rope(query, rotation);
    key = graph.mergeLast(graph.rope(graph.splitLast(key, 1), rotation));
  }
  return {graph.indexScores(query, key, weight, indexer.scale), weight, {}, {}, {}};
}

/// S [B, L, k]: the best k of each row, or the last.
static Value selectKeys(Graph &graph, const ModelConfig &config, Value scores) {
  int64_t k = config.selectedKeys();
  if (config.attention == AttentionKind::Window)
    return graph.window(config.batch, config.length, k, config.length);
  bool causal = config.attention == AttentionKind::Sparse;
  if (!causal)
    scores = graph.fillFuture(scores, kPublishedFutureScore);
  return graph.topK(scores, k, {.causal = causal});
}

AttentionOutput dsa::selfAttention(Graph &graph, const ModelConfig &config, Value x, double dropout,
                                   const AttentionTask &task) {
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

  AttentionOutput result;
  IndexerView &indexer = result.indexer;
  bool dense = task.dense || config.attention == AttentionKind::Dense;
  if (config.hasIndexer() && (!dense || task.indexLoss))
    indexer = scoreKeys(graph, config, x);
  Value heads, lse;
  if (dense) {
    AttentionOp op = graph.attention(query, keys, values, scale, dropout, {.causal = true});
    heads = op.getResult(), lse = op.getLse();
  } else {
    bool causal = config.attention != AttentionKind::Published;
    indexer.selection = selectKeys(graph, config, indexer.scores);
    SparseAttentionOp op = graph.sparseAttention(query, keys, values, indexer.selection, scale,
                                                 dropout, {.causal = causal});
    heads = op.getResult(), lse = op.getLse();
  }
  /// The loss of the scores against attention with the log-sum-exp `sums` over `selection`.
  auto imitate = [&](Value sums, Value selection) {
    return graph.indexKl(indexer.scores, graph.detach(query), graph.detach(keys),
                         graph.detach(sums), selection, scale, {.causal = true});
  };
  if (task.indexLoss)
    result.indexLoss = imitate(lse, indexer.selection).getLoss();
  if (task.observe && indexer.scores) {
    Value all = graph.attention(query, keys, values, scale, 0.0, {.causal = true}).getLse();
    IndexKlOp loss = imitate(all, Value());
    indexer.attention = loss.getTarget(), indexer.denseLoss = loss.getLoss();
  }
  result.output = graph.linear(graph.mergeLast(heads), graph.parameter("w_o", {d, d}));
  return result;
}
