// Writes the dsa.train attribute of a training step.
#include "frontend/TrainStep.h"

using namespace mlir;
using namespace dsa;

void dsa::setTrainStep(Graph &graph, const TrainOptions &options) {
  Builder builder(graph.function().getContext());
  NamedAttrList train;
  if (options.gradients) {
    train.set("gradients", builder.getUnitAttr());
  } else {
    graph.step();
    graph.learningRate();
    bool decoupled = options.optimizer == TrainOptions::Optimizer::AdamW;
    train.set("optimizer", builder.getStringAttr(decoupled ? "adamw" : "adam"));
    train.set("beta1", builder.getF64FloatAttr(options.beta1));
    train.set("beta2", builder.getF64FloatAttr(options.beta2));
    train.set("eps", builder.getF64FloatAttr(options.eps));
    train.set("weight_decay", builder.getF64FloatAttr(options.weightDecay));
    if (options.clip)
      train.set("clip", builder.getF64FloatAttr(*options.clip));
    train.set("accumulate", builder.getI64IntegerAttr(options.accumulate));
  }
  graph.function()->setAttr(kTrainAttr, train.getDictionary(builder.getContext()));
}
