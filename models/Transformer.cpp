// The network: embedding, blocks, final norm, tied head, and the losses of its functions.
#include "models/Transformer.h"

#include "frontend/Session.h"
#include "models/Blocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace dsa;

namespace {

struct Forward {
  Value logits;
  CrossEntropyOp crossEntropy;
  SmallVector<RouteOp> routes; ///< one per layer
};

} // namespace

static Forward forward(Graph &graph, const ModelConfig &config, const Noise &noise) {
  Type i32 = IntegerType::get(graph.function().getContext(), 32);
  Value tokens = graph.input("tokens", {config.batch, config.length + 1}, i32);
  Value inputs = graph.slice(tokens, 1, 0, config.length);
  Value targets = graph.slice(tokens, 1, 1, config.length);

  Value table = graph.parameter("embed", {config.vocab, config.width});
  Value x = graph.embedding(table, inputs);
  SmallVector<RouteOp> routes;
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    Graph::Scope scope(graph, "blocks." + Twine(layer));
    MoeOutput block = transformerBlock(graph, config, x, noise);
    x = block.output;
    routes.push_back(block.route);
  }
  x = graph.rmsNorm(x, graph.parameter("norm", {config.width}), config.normEps);
  Value logits = graph.linear(x, table);
  return {logits, graph.crossEntropy(logits, targets), std::move(routes)};
}

/// The balance losses of all layers together.
static Value balanceLoss(Graph &graph, const ModelConfig &config, MutableArrayRef<RouteOp> routes) {
  Value sum;
  for (auto [layer, route] : llvm::enumerate(routes)) {
    Graph::Scope scope(graph, "blocks." + Twine(layer));
    Value loss = graph.balanceLoss(route.getProbabilities(), route.getExperts(),
                                   config.moe.balanceCoefficient);
    sum = sum ? graph.add(sum, loss) : loss;
  }
  return sum;
}

static void acknowledge(func::FuncOp func, const BuildOptions &options) {
  if (options.acknowledgeLeak)
    func->setAttr(kAcknowledgeLeakAttr, UnitAttr::get(func.getContext()));
}

static void buildStep(ModuleOp module, const ModelConfig &config, const BuildOptions &options) {
  Graph graph(module, kStepEntry);
  Forward result = forward(graph, config, Noise::training(config));
  graph.minimize("loss", result.crossEntropy.getLoss());
  graph.minimize("balance", balanceLoss(graph, config, result.routes), config.balanceWeight);
  setTrainStep(graph, options.train);
  acknowledge(graph.finish(), options);
}

static void buildEvaluate(ModuleOp module, const ModelConfig &config, const BuildOptions &options) {
  Graph graph(module, kEvaluateEntry);
  Forward result = forward(graph, config, Noise());
  graph.result("loss", result.crossEntropy.getLoss());
  graph.result("token_loss", result.crossEntropy.getTokenLoss());
  graph.result("prediction", graph.argmax(result.logits));
  acknowledge(graph.finish(), options);
}

OwningOpRef<ModuleOp> dsa::buildModel(MLIRContext &context, const ModelConfig &config,
                                      const BuildOptions &options) {
  OwningOpRef<ModuleOp> module(
      ModuleOp::create(NameLoc::get(StringAttr::get(&context, config.name))));
  if (options.step)
    buildStep(*module, config, options);
  if (options.evaluate)
    buildEvaluate(*module, config, options);
  assert(succeeded(verify(*module)) && "a valid description gives a valid module");
  return module;
}
