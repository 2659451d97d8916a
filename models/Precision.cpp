// Casts between f32 parameters and the activations of a network.
#include "models/Precision.h"

using namespace mlir;
using namespace dsa;

Value dsa::toActivation(Graph &graph, const ModelConfig &config, Value value) {
  MLIRContext *context = value.getContext();
  return graph.cast(value, config.dtype == DType::BF16 ? Type(BFloat16Type::get(context))
                                                       : Type(Float32Type::get(context)));
}

Value dsa::toF32(Graph &graph, Value value) {
  return graph.cast(value, Float32Type::get(value.getContext()));
}

Value dsa::weight(Graph &graph, const ModelConfig &config, StringRef name,
                  ArrayRef<int64_t> shape) {
  return toActivation(graph, config, graph.parameter(name, shape));
}
