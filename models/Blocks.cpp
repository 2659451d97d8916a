// One pre-norm block: attention and experts, each on a residual branch.
#include "models/Blocks.h"

#include "models/Attention.h"

using namespace mlir;
using namespace dsa;

static Value norm(Graph &graph, const ModelConfig &config, StringRef name, Value x) {
  return graph.rmsNorm(x, graph.parameter(name, {config.width}), config.normEps);
}

MoeOutput dsa::transformerBlock(Graph &graph, const ModelConfig &config, Value x,
                                const Noise &noise) {
  Value attended = selfAttention(graph, config, norm(graph, config, "norm1", x), noise.dropout);
  x = graph.add(x, graph.dropout(attended, noise.dropout));
  MoeOutput experts =
      mixtureOfExperts(graph, config, norm(graph, config, "norm2", x), noise.dropout, noise.router);
  return {graph.add(x, graph.dropout(experts.output, noise.dropout)), experts.route};
}
