// The mixture of experts: exactly T * K rows are computed, grouped by expert.
#include "models/Moe.h"
#include "models/Precision.h"

#include "dialect/Shapes.h"

using namespace mlir;
using namespace dsa;

MoeOutput dsa::mixtureOfExperts(Graph &graph, const ModelConfig &config, Value x, double dropout,
                                double noise) {
  Graph::Scope scope(graph, "feed_forward");
  const MoeConfig &moe = config.moe;
  int64_t d = config.width;
  Value tokens = graph.flattenRows(x);
  Value logits =
      graph.linear(toF32(graph, tokens), graph.parameter("router.gate", {moe.experts, d}));
  RouteOp route = graph.route(logits, moe.active, noise);
  DispatchOp dispatch = graph.dispatch(tokens, route.getExperts(), moe.experts);

  Value linear1 = weight(graph, config, "experts.linear1", {moe.experts, moe.width, d});
  Value linear2 = weight(graph, config, "experts.linear2", {moe.experts, d, moe.width});
  Value offsets = dispatch.getOffsets();
  Value hidden = graph.silu(graph.groupedLinear(dispatch.getRows(), linear1, offsets));
  hidden = graph.dropout(hidden, dropout, dispatch.getSlots());
  Value rows = graph.groupedLinear(hidden, linear2, offsets);

  Value weights = toActivation(graph, config, route.getWeights());
  Value combined = graph.combine(rows, weights, dispatch.getPositions());
  return {graph.unflattenRows(combined, shapeOf(x).drop_back()), route};
}
