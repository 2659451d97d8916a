// Small networks on the reference target: closed forms at the start, causality, and learning.
#include "models/ModelSession.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace dsa;

namespace {

class ModelSessionTest : public testing::Test {
protected:
  ModelSessionTest() {
    config.vocab = 16;
    config.length = 8;
    config.batch = 2;
    config.width = 16;
    config.heads = 2;
    config.layers = 2;
    config.indexer = {2, 4};
    config.moe.width = 8;
    options.compiler.target = "reference";
    options.compiler.threads = 1;
  }

  void use(AttentionKind kind) {
    config.attention = kind;
    build.acknowledgeLeak = kind == AttentionKind::Published;
  }

  std::unique_ptr<Session> session() {
    auto session = createSession(config, build, options);
    if (!session) {
      ADD_FAILURE() << llvm::toString(session.takeError());
      return nullptr;
    }
    return std::move(*session);
  }

  Tensor tokens() {
    Tensor tensor(DType::I32, {config.batch, config.length + 1});
    for (int64_t i = 0; i < tensor.numElements(); ++i)
      tensor.set(i, (i * i + 3 * i) % config.vocab);
    return tensor;
  }

  std::vector<double> tokenLosses(Session &session, const Tensor &tokens) {
    auto result = session.evaluate(tokens);
    if (!result) {
      ADD_FAILURE() << llvm::toString(result.takeError());
      return {};
    }
    return result->tokenLoss.asDoubles();
  }

  ModelConfig config;
  BuildOptions build;
  SessionOptions options;
};

TEST_F(ModelSessionTest, ReplayedChoicesGiveTheSameBits) {
  use(AttentionKind::Sparse);
  options.compiler.choices = {.capture = true};
  std::unique_ptr<Session> first = session();
  options.compiler.choices = {.replay = true};
  std::unique_ptr<Session> second = session();
  ASSERT_TRUE(first && second);
  auto captured = first->evaluate(tokens());
  ASSERT_TRUE(bool(captured)) << llvm::toString(captured.takeError());
  ASSERT_EQ(captured->choices.size(), 4u); // two layers, each with a top-k and a route
  auto replayed = second->evaluate(tokens(), captured->choices);
  ASSERT_TRUE(bool(replayed)) << llvm::toString(replayed.takeError());
  EXPECT_EQ(replayed->tokenLoss.asDoubles(), captured->tokenLoss.asDoubles());
  // Every row looks at the first token only.
  Tensor &choice = captured->choices["choice.top_k.1"];
  for (int64_t i = 0; i < choice.numElements(); ++i)
    choice.set(i, i % choice.shape().back() ? -1 : 0);
  auto other = second->evaluate(tokens(), captured->choices);
  ASSERT_TRUE(bool(other)) << llvm::toString(other.takeError());
  EXPECT_NE(other->tokenLoss.asDoubles(), captured->tokenLoss.asDoubles());
  EXPECT_EQ(llvm::toString(second->evaluate(tokens()).takeError()),
            "expected a choice 'choice.top_k.0' to replay, got none");
}

/// The tests that every kind of attention passes.
class EveryAttention : public ModelSessionTest, public testing::WithParamInterface<AttentionKind> {
protected:
  EveryAttention() { use(GetParam()); }
};

TEST_P(EveryAttention, StartsUniformAndBalanced) {
  config.dropout = 0.0;
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  auto result = s->step(tokens(), 1e-3);
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  EXPECT_NEAR(result->loss, std::log(double(config.vocab)), 0.05);
  EXPECT_NEAR(result->balance, config.layers * config.moe.balanceCoefficient, 2e-3);
}

TEST_P(EveryAttention, LearnsAFewTokens) {
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  for (int i = 0; i < 40; ++i)
    ASSERT_TRUE(bool(s->step(tokens(), 1e-2)));
  auto result = s->evaluate(tokens());
  ASSERT_TRUE(bool(result));
  EXPECT_LT(result->loss, 1.0);
}

TEST_P(EveryAttention, OnlyThePublishedModelSeesTheFuture) {
  options.initialization = Initialization::Published;
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  Tensor before = tokens(), after = before.clone();
  int64_t changed = 2; // an input that rows 0 and 1 may not see, and the target of row 1
  after.set(changed, before.at(changed) == 0 ? 1 : 0);
  std::vector<double> a = tokenLosses(*s, before), b = tokenLosses(*s, after);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a[0] != b[0], GetParam() == AttentionKind::Published);
  EXPECT_NE(a[1], b[1]);
}

TEST_F(ModelSessionTest, SelectingEverythingIsDenseAttention) {
  use(AttentionKind::Sparse);
  config.k = config.length;
  std::unique_ptr<Session> sparse = session();
  use(AttentionKind::Dense);
  std::unique_ptr<Session> dense = session();
  ASSERT_TRUE(sparse && dense);
  std::vector<double> a = tokenLosses(*sparse, tokens()), b = tokenLosses(*dense, tokens());
  for (size_t i = 0; i < a.size(); ++i)
    EXPECT_NEAR(a[i], b[i], 1e-6);
}

TEST_F(ModelSessionTest, LatentModelsLearnAndSeeOnlyThePast) {
  for (AttentionKind kind : {AttentionKind::Dense, AttentionKind::Sparse}) {
    use(kind);
    config.latent = LatentConfig{6, 0, 2, 4, 8};
    std::unique_ptr<Session> s = session();
    ASSERT_TRUE(s);
    for (int i = 0; i < 40; ++i)
      ASSERT_TRUE(bool(s->step(tokens(), 1e-2)));
    auto result = s->evaluate(tokens());
    ASSERT_TRUE(bool(result));
    EXPECT_LT(result->loss, 1.0);
    Tensor after = tokens();
    after.set(2, after.at(2) == 0 ? 1 : 0);
    std::vector<double> a = tokenLosses(*s, tokens()), b = tokenLosses(*s, after);
    EXPECT_EQ(a[0], b[0]);
    EXPECT_NE(a[1], b[1]);
  }
}

TEST_F(ModelSessionTest, AFrozenIndexerHasNoStateAndDoesNotMove) {
  use(AttentionKind::Sparse);
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  std::string name = "blocks.0.attention.indexer.q_proj";
  std::vector<double> before = s->tensors().at(name).asDoubles();
  ASSERT_TRUE(bool(s->step(tokens(), 1e-2)));
  EXPECT_EQ(s->tensors().at(name).asDoubles(), before);
  EXPECT_FALSE(s->tensors().count("m." + name));
  EXPECT_TRUE(s->tensors().count("m.blocks.0.attention.qkv"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryAttention,
                         testing::Values(AttentionKind::Dense, AttentionKind::Sparse,
                                         AttentionKind::Published, AttentionKind::Window),
                         [](const auto &kind) {
                           std::string name = attentionName(kind.param).str();
                           std::erase(name, '-');
                           return name;
                         });

} // namespace
