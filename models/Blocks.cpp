// One pre-norm block: attention and experts, each on a residual branch.
#include "models/Blocks.h"
#include "models/Precision.h"

using namespace mlir;
using namespace dsa;

static Value norm(Graph &graph, const ModelConfig &config, StringRef name, Value x) {
  return graph.rmsNorm(x, weight(graph, config, name, {config.width}), config.normEps);
}

BlockOutput dsa::transformerBlock(Graph &graph, const ModelConfig &config, Value x,
                                  const Noise &noise, const AttentionTask &task) {
  AttentionOutput attended =
      selfAttention(graph, config, norm(graph, config, "norm1", x), noise.dropout, task);
  x = graph.add(x, graph.dropout(attended.output, noise.dropout));
  MoeOutput experts =
      mixtureOfExperts(graph, config, norm(graph, config, "norm2", x), noise.dropout, noise.router);
  return {graph.add(x, graph.dropout(experts.output, noise.dropout)), experts.route, attended};
}
