// The network: embedding, blocks, final norm, tied head, and the losses of its functions.
#include "models/Transformer.h"

#include "frontend/Session.h"
#include "models/Blocks.h"
#include "models/Precision.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dsa;

namespace {

/// The states behind the last block, and what the layers gave back besides.
struct Body {
  Value table, targets, states;
  SmallVector<RouteOp> routes;
  SmallVector<AttentionOutput> attention;
};

struct Head {
  Value logits;
  CrossEntropyOp crossEntropy;
};

} // namespace

static Body buildBody(Graph &graph, const ModelConfig &config, const Noise &noise,
                      const AttentionTask &task) {
  Type i32 = IntegerType::get(graph.function().getContext(), 32);
  Value tokens = graph.input("tokens", {config.batch, config.length + 1}, i32);
  Value inputs = graph.slice(tokens, 1, 0, config.length);
  Value targets = graph.slice(tokens, 1, 1, config.length);

  Value table = graph.parameter("embed", {config.vocab, config.width});
  Value states = toActivation(graph, config, graph.embedding(table, inputs));
  Body body{table, targets, states, {}, {}};
  for (int64_t layer = 0; layer < config.layers; ++layer) {
    Graph::Scope scope(graph, "blocks." + Twine(layer));
    BlockOutput block = transformerBlock(graph, config, body.states, noise, task);
    body.states = block.output;
    body.routes.push_back(block.route);
    body.attention.push_back(block.attention);
  }
  return body;
}

static Head buildHead(Graph &graph, const ModelConfig &config, const Body &body) {
  Value states = toF32(graph, body.states);
  Value x = graph.rmsNorm(states, graph.parameter("norm", {config.width}), config.normEps);
  Value logits = graph.linear(x, body.table);
  return {logits, graph.crossEntropy(logits, body.targets)};
}

/// The index losses of all layers together.
static Value indexLoss(Graph &graph, ArrayRef<AttentionOutput> attention) {
  Value sum = attention.front().indexLoss;
  for (const AttentionOutput &layer : attention.drop_front())
    sum = graph.add(sum, layer.indexLoss);
  return sum;
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

static void buildStep(ModuleOp module, StringRef entry, const ModelConfig &config,
                      const BuildOptions &options, const AttentionTask &task) {
  Graph graph(module, entry);
  Body body = buildBody(graph, config, Noise::training(config), task);
  graph.minimize("loss", buildHead(graph, config, body).crossEntropy.getLoss());
  graph.minimize("balance", balanceLoss(graph, config, body.routes), config.balanceWeight);
  if (task.indexLoss)
    graph.minimize("index_loss", indexLoss(graph, body.attention), 1.0, kIndexerGroup);
  setTrainStep(graph, options.train);
  acknowledge(graph.finish(), options);
}

static void buildWarmupStep(ModuleOp module, const ModelConfig &config,
                            const BuildOptions &options) {
  Graph graph(module, kWarmupStepEntry);
  Body body = buildBody(graph, config, Noise(), {.dense = true, .indexLoss = true});
  graph.minimize("index_loss", indexLoss(graph, body.attention), 1.0, kIndexerGroup);
  setTrainStep(graph, options.train);
  acknowledge(graph.finish(), options);
}

static void buildEvaluate(ModuleOp module, StringRef entry, const ModelConfig &config,
                          const BuildOptions &options, const AttentionTask &task) {
  Graph graph(module, entry);
  Head head = buildHead(graph, config, buildBody(graph, config, Noise(), task));
  graph.result("loss", head.crossEntropy.getLoss());
  graph.result("token_loss", head.crossEntropy.getTokenLoss());
  graph.result("prediction", graph.argmax(head.logits));
  acknowledge(graph.finish(), options);
}

static void buildObserve(ModuleOp module, const ModelConfig &config, const BuildOptions &options) {
  Graph graph(module, kObserveEntry);
  Body body = buildBody(graph, config, Noise(), {.observe = true});
  for (auto [layer, attention] : llvm::enumerate(body.attention)) {
    const IndexerView &indexer = attention.indexer;
    std::pair<const char *, Value> views[] = {{"index_scores", indexer.scores},
                                              {"head_weights", indexer.headWeights},
                                              {"selection", indexer.selection},
                                              {"attention", indexer.attention},
                                              {"index_loss", indexer.denseLoss}};
    for (auto [name, value] : views)
      graph.result(("blocks." + Twine(layer) + "." + name).str(), value);
  }
  graph.result("loss", buildHead(graph, config, body).crossEntropy.getLoss());
  acknowledge(graph.finish(), options);
}

llvm::Expected<BuildOptions> dsa::onlyFunction(const ModelConfig &config, StringRef entry) {
  BuildOptions options;
  options.step = options.evaluate = false;
  std::pair<StringRef, bool *> functions[] = {{kStepEntry, &options.step},
                                              {kEvaluateEntry, &options.evaluate},
                                              {kDenseStepEntry, &options.denseStep},
                                              {kDenseEvaluateEntry, &options.denseEvaluate},
                                              {kWarmupStepEntry, &options.warmupStep},
                                              {kObserveEntry, &options.observe}};
  auto *found = llvm::find_if(functions, [&](auto &named) { return named.first == entry; });
  if (found == std::end(functions))
    return llvm::createStringError("expected the function %s, got '%s'",
                                   llvm::join(llvm::make_first_range(functions), ", ").c_str(),
                                   entry.str().c_str());
  *found->second = true;
  if (options.warmupStep && !config.indexer.trained)
    return llvm::createStringError("expected a trained indexer for warmup_step, got one that "
                                   "stays as it was initialised");
  if (options.observe && !config.hasIndexer())
    return llvm::createStringError("expected an indexer to observe, got the attention %s",
                                   attentionName(config.attention).str().c_str());
  return options;
}

OwningOpRef<ModuleOp> dsa::buildModel(MLIRContext &context, const ModelConfig &config,
                                      const BuildOptions &options) {
  OwningOpRef<ModuleOp> module(
      ModuleOp::create(NameLoc::get(StringAttr::get(&context, config.name))));
  assert((!options.warmupStep || config.indexer.trained) && "a warm-up needs what it trains");
  assert((!options.observe || config.hasIndexer()) && "there must be something to observe");
  if (options.step)
    buildStep(*module, kStepEntry, config, options, {.indexLoss = config.indexer.trained});
  if (options.denseStep)
    buildStep(*module, kDenseStepEntry, config, options, {.dense = true});
  if (options.warmupStep)
    buildWarmupStep(*module, config, options);
  if (options.evaluate)
    buildEvaluate(*module, kEvaluateEntry, config, options, {});
  if (options.denseEvaluate)
    buildEvaluate(*module, kDenseEvaluateEntry, config, options, {.dense = true});
  if (options.observe)
    buildObserve(*module, config, options);
  assert(succeeded(verify(*module)) && "a valid description gives a valid module");
  return module;
}
