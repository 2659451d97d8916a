// Dense attention beside sparse attention: the selection and one op are the whole difference.
#include "models/Attention.h"

#include "models/LatentAttention.h"
#include "models/Precision.h"
#include "models/RopeScaling.h"

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
  Value given = toF32(graph, graph.detach(x));
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

namespace {

/// The projections of one layer, and what attention makes of them.
class Heads {
public:
  Heads(Graph &graph, const ModelConfig &config, Value x);

  /// The heads' outputs, one after the other, and the log-sum-exp. No selection: all s <= t.
  std::pair<Value, Value> attend(Value selection, double dropout, bool causal);
  /// Queries and keys whose products, scaled, are the attention's scores.
  std::pair<Value, Value> scored();

  double scale;

private:
  Graph &graph;
  const ModelConfig &config;
  std::optional<LatentOperands> latent;
  Value query, keys, values; // without latent attention
};

} // namespace

Heads::Heads(Graph &graph, const ModelConfig &config, Value x) : graph(graph), config(config) {
  int64_t d = config.width, columns = d / config.heads;
  if (config.latent) {
    latent = latentOperands(graph, config, x);
    columns = config.latent->nope + config.latent->rope;
  } else {
    Value qkv = graph.linear(x, weight(graph, config, "qkv", {3 * d, d}));
    auto part = [&](int64_t number) {
      return graph.splitLast(graph.slice(qkv, 2, number * d, d), config.heads);
    };
    query = graph.rope(part(0), rotationOf(config, 0));
    keys = graph.rope(part(1), rotationOf(config, 0));
    values = part(2);
  }
  scale = softmaxGrowth(config) / std::sqrt(static_cast<double>(columns));
}

std::pair<Value, Value> Heads::attend(Value selection, double dropout, bool causal) {
  auto both = [&](auto op) { return std::pair<Value, Value>(op.getResult(), op.getLse()); };
  AttentionMask mask{.causal = causal};
  if (latent) {
    latent->indices = selection;
    return both(graph.latentAttention(*latent, scale, dropout, mask));
  }
  if (selection)
    return both(graph.sparseAttention(query, keys, values, selection, scale, dropout, mask));
  return both(graph.attention(query, keys, values, scale, dropout, mask));
}

std::pair<Value, Value> Heads::scored() {
  return latent ? sharedRows(graph, config, *latent) : std::pair(query, keys);
}

AttentionOutput dsa::selfAttention(Graph &graph, const ModelConfig &config, Value x, double dropout,
                                   const AttentionTask &task) {
  Graph::Scope scope(graph, "attention");
  Heads heads(graph, config, x);
  AttentionOutput result;
  IndexerView &indexer = result.indexer;
  bool dense = task.dense || config.attention == AttentionKind::Dense;
  if (config.hasIndexer() && (!dense || task.indexLoss))
    indexer = scoreKeys(graph, config, x);
  if (!dense)
    indexer.selection = selectKeys(graph, config, indexer.scores);
  bool causal = dense || config.attention != AttentionKind::Published;
  auto [outputs, lse] = heads.attend(indexer.selection, dropout, causal);
  /// The loss of the scores against attention with the log-sum-exp `sums` over `selection`.
  auto imitate = [&](Value sums, Value selection) {
    auto [query, keys] = heads.scored();
    auto given = [&](Value value) { return toF32(graph, graph.detach(value)); };
    return graph.indexKl(indexer.scores, given(query), given(keys), given(sums), selection,
                         heads.scale, {.causal = true});
  };
  if (task.indexLoss)
    result.indexLoss = imitate(lse, indexer.selection).getLoss();
  if (task.observe && indexer.scores) {
    IndexKlOp loss = imitate(heads.attend({}, 0.0, true).second, {});
    indexer.attention = loss.getTarget(), indexer.denseLoss = loss.getLoss();
  }
  int64_t columns = config.latent ? config.heads * config.latent->value : config.width;
  result.output =
      graph.linear(graph.mergeLast(outputs), weight(graph, config, "w_o", {config.width, columns}));
  return result;
}
