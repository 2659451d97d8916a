// Networks as graphs: sizes, shared names, and what each kind of attention writes.
#include "models/Transformer.h"
#include "models/ModelCost.h"

#include "codegen/Registration.h"
#include "frontend/Session.h"

#include "gtest/gtest.h"

#include <set>

using namespace mlir;
using namespace dsa;

namespace {

class TransformerTest : public testing::Test {
protected:
  TransformerTest() {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    small.vocab = 32;
    small.length = 8;
    small.batch = 2;
    small.width = 16;
    small.heads = 2;
    small.layers = 2;
    small.indexer = {2, 4};
    small.moe.width = 8;
  }

  template <typename OpT> int64_t count(ModuleOp module, StringRef function) {
    int64_t number = 0;
    module.lookupSymbol(function)->walk([&](OpT) { ++number; });
    return number;
  }

  std::set<std::string> parameterNames(ModuleOp module, StringRef function) {
    auto func = module.lookupSymbol<func::FuncOp>(function);
    std::set<std::string> names;
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      if (func.getArgAttrOfType<StringAttr>(i, kRoleAttr) == "parameter")
        names.insert(func.getArgAttrOfType<StringAttr>(i, kNameAttr).str());
    return names;
  }

  MLIRContext context;
  ModelConfig small;
};

TEST_F(TransformerTest, ParameterCountsArePublished) {
  ModelConfig config;
  EXPECT_EQ(countParameters(context, config), 17832192);
  config.attention = AttentionKind::Sparse;
  EXPECT_EQ(countParameters(context, config), 18163968);
  config.indexer.trained = true;
  EXPECT_EQ(countParameters(context, config), 18163968);
  config.indexer.trained = false;
  config.attention = AttentionKind::Published;
  EXPECT_EQ(countParameters(context, config), 18163968);
  config.attention = AttentionKind::Window;
  EXPECT_EQ(countParameters(context, config), 17832192);
}

TEST_F(TransformerTest, SixLayersHaveThePublishedCounts) {
  ModelConfig config;
  config.layers = 6;
  EXPECT_EQ(countParameters(context, config), 20456704);
  config.attention = AttentionKind::Sparse;
  EXPECT_EQ(countParameters(context, config), 20954368);
}

TEST_F(TransformerTest, LatentModelsHaveThePublishedCounts) {
  ModelConfig config;
  config.width = 512;
  config.layers = 6;
  config.moe.width = 2048;
  config.latent = LatentConfig{};
  EXPECT_EQ(countParameters(context, config), 79252352);
  config.attention = AttentionKind::Sparse;
  EXPECT_EQ(countParameters(context, config), 80247680);
}

TEST_F(TransformerTest, ALatentLayerHasItsProjections) {
  small.attention = AttentionKind::Sparse;
  small.latent = LatentConfig{6, 5, 3, 4, 7};
  OwningOpRef<ModuleOp> module = buildModel(context, small);
  std::set<std::string> names = parameterNames(*module, kStepEntry);
  for (const char *name : {"q_a_proj", "q_a_norm", "q_b_proj", "kv_a_proj", "kv_a_norm",
                           "kv_b_proj", "w_o", "indexer.q_proj"})
    EXPECT_TRUE(names.count("blocks.1.attention." + std::string(name))) << name;
  EXPECT_FALSE(names.count("blocks.1.attention.qkv"));
  EXPECT_FALSE(names.count("blocks.1.attention.q_proj"));
  EXPECT_EQ(count<LatentAttentionOp>(*module, kStepEntry), small.layers);
  EXPECT_EQ(count<SparseAttentionOp>(*module, kStepEntry), 0);
}

TEST_F(TransformerTest, BothFunctionsShareParametersByName) {
  small.attention = AttentionKind::Sparse;
  OwningOpRef<ModuleOp> module = buildModel(context, small);
  std::set<std::string> names = parameterNames(*module, kStepEntry);
  EXPECT_EQ(names, parameterNames(*module, kEvaluateEntry));
  EXPECT_TRUE(names.count("blocks.1.attention.indexer.q_proj"));
  EXPECT_TRUE(names.count("blocks.0.feed_forward.experts.linear2"));
}

TEST_F(TransformerTest, OnlyTrainingDrawsRandomNumbers) {
  OwningOpRef<ModuleOp> module = buildModel(context, small);
  EXPECT_EQ(count<RandomKeyOp>(*module, kStepEntry), 5 * small.layers);
  EXPECT_EQ(count<RandomKeyOp>(*module, kEvaluateEntry), 0);
  EXPECT_EQ(count<BalanceLossOp>(*module, kEvaluateEntry), 0);
}

TEST_F(TransformerTest, SparseModelsDifferInTheSelectionOnly) {
  small.attention = AttentionKind::Sparse;
  OwningOpRef<ModuleOp> causal = buildModel(context, small);
  EXPECT_EQ(count<FillFutureOp>(*causal, kStepEntry), 0);
  causal->walk([](TopKOp op) { EXPECT_TRUE(op.getCausal()); });
  causal->walk([](SparseAttentionOp op) { EXPECT_TRUE(op.getCausal()); });

  small.attention = AttentionKind::Published;
  OwningOpRef<ModuleOp> published = buildModel(context, small);
  EXPECT_EQ(count<FillFutureOp>(*published, kStepEntry), small.layers);
  published->walk([](TopKOp op) { EXPECT_FALSE(op.getCausal()); });
  published->walk([](SparseAttentionOp op) { EXPECT_FALSE(op.getCausal()); });
}

TEST_F(TransformerTest, AWindowReplacesTheIndexer) {
  small.attention = AttentionKind::Window;
  OwningOpRef<ModuleOp> module = buildModel(context, small);
  EXPECT_EQ(count<WindowOp>(*module, kStepEntry), small.layers);
  EXPECT_EQ(count<TopKOp>(*module, kStepEntry), 0);
  EXPECT_EQ(count<IndexScoresOp>(*module, kStepEntry), 0);
}

TEST_F(TransformerTest, OnlyATrainedIndexerHasALoss) {
  small.attention = AttentionKind::Sparse;
  OwningOpRef<ModuleOp> frozen = buildModel(context, small);
  EXPECT_EQ(count<IndexKlOp>(*frozen, kStepEntry), 0);
  small.indexer.trained = true;
  OwningOpRef<ModuleOp> trained = buildModel(context, small);
  EXPECT_EQ(count<IndexKlOp>(*trained, kStepEntry), small.layers);
  EXPECT_EQ(count<IndexKlOp>(*trained, kEvaluateEntry), 0);
  EXPECT_EQ(parameterNames(*frozen, kStepEntry), parameterNames(*trained, kStepEntry));
  auto step = trained->lookupSymbol<func::FuncOp>(kStepEntry);
  EXPECT_EQ(step.getResultAttrOfType<StringAttr>(2, kGroupAttr), "indexer");
  for (unsigned i = 0; i < step.getNumArguments(); ++i) {
    auto name = step.getArgAttrOfType<StringAttr>(i, kNameAttr);
    EXPECT_EQ(step.getArgAttr(i, kGroupAttr) != nullptr, name.getValue().contains(".indexer."));
  }
}

TEST_F(TransformerTest, DenseFunctionsDoNotKnowTheIndexer) {
  small.attention = AttentionKind::Sparse;
  small.indexer.trained = true;
  BuildOptions options;
  options.denseStep = options.denseEvaluate = options.warmupStep = options.observe = true;
  OwningOpRef<ModuleOp> module = buildModel(context, small, options);
  small.attention = AttentionKind::Dense;
  small.indexer.trained = false;
  OwningOpRef<ModuleOp> dense = buildModel(context, small);
  EXPECT_EQ(parameterNames(*module, kDenseStepEntry), parameterNames(*dense, kStepEntry));
  EXPECT_EQ(parameterNames(*module, kDenseEvaluateEntry), parameterNames(*dense, kStepEntry));
  EXPECT_EQ(count<SparseAttentionOp>(*module, kWarmupStepEntry), 0);
  EXPECT_EQ(count<RandomKeyOp>(*module, kWarmupStepEntry), 0);
  EXPECT_EQ(count<CrossEntropyOp>(*module, kWarmupStepEntry), 0);
}

TEST_F(TransformerTest, ALeakIsAcknowledgedOnlyWhenAsked) {
  small.attention = AttentionKind::Published;
  for (bool acknowledged : {false, true}) {
    BuildOptions options;
    options.acknowledgeLeak = acknowledged;
    OwningOpRef<ModuleOp> module = buildModel(context, small, options);
    for (auto func : module->getOps<func::FuncOp>())
      EXPECT_EQ(func->hasAttr(kAcknowledgeLeakAttr), acknowledged);
  }
}

TEST_F(TransformerTest, LossesAreWeightedAsDescribed) {
  small.balanceWeight = 0.25;
  OwningOpRef<ModuleOp> module = buildModel(context, small);
  auto step = module->lookupSymbol<func::FuncOp>(kStepEntry);
  EXPECT_EQ(step.getResultAttrOfType<FloatAttr>(0, kMinimizeAttr).getValueAsDouble(), 1.0);
  EXPECT_EQ(step.getResultAttrOfType<FloatAttr>(1, kMinimizeAttr).getValueAsDouble(), 0.25);
}

} // namespace
