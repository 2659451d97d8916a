// Sessions on the reference target: binding by role and name, training, accumulation, checkpoints.
#include "frontend/Session.h"
#include "frontend/TrainStep.h"

#include "codegen/Registration.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "gtest/gtest.h"

#include <cmath>
#include <filesystem>
#include <unistd.h>

using namespace mlir;
using namespace dsa;

namespace {

constexpr int64_t kVocab = 8, kWidth = 6, kBatch = 2, kLength = 4;

class SessionTest : public testing::Test {
protected:
  SessionTest() {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context
        .loadDialect<DsaDialect, func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
    folder = std::filesystem::temp_directory_path() / ("session-test-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    options.compiler.target = "reference";
    options.compiler.threads = 1;
  }
  ~SessionTest() override { std::filesystem::remove_all(folder); }

  /// logits = head embed[tokens], with dropout on the way if asked for.
  void write(ModuleOp module, StringRef name, const TrainOptions *train, double dropout) {
    Graph graph(module, name);
    Value tokens = graph.input("tokens", {kBatch, kLength + 1}, IntegerType::get(&context, 32));
    Value x = graph.embedding(graph.parameter("embed", {kVocab, kWidth}),
                              graph.slice(tokens, 1, 0, kLength));
    x = graph.dropout(x, dropout);
    Value logits = graph.linear(x, graph.parameter("head", {kVocab, kWidth}));
    CrossEntropyOp loss = graph.crossEntropy(logits, graph.slice(tokens, 1, 1, kLength));
    if (train) {
      graph.minimize("loss", loss.getLoss());
      setTrainStep(graph, *train);
    } else {
      graph.result("loss", loss.getLoss());
      graph.result("token_loss", loss.getTokenLoss());
      graph.result("prediction", graph.argmax(logits));
    }
    graph.finish();
  }

  std::unique_ptr<Session> session(const TrainOptions &train = {}, double dropout = 0.0) {
    OwningOpRef<ModuleOp> module(ModuleOp::create(UnknownLoc::get(&context)));
    write(*module, kStepEntry, &train, dropout);
    write(*module, kEvaluateEntry, nullptr, 0.0);
    llvm::Expected<std::unique_ptr<Session>> session = Session::create(*module, options);
    if (!session) {
      ADD_FAILURE() << llvm::toString(session.takeError());
      return nullptr;
    }
    return std::move(*session);
  }

  /// A sequence in which token n is followed by n + 1.
  Tensor tokens(int first = 0) {
    Tensor tensor(DType::I32, {kBatch, kLength + 1});
    for (int64_t i = 0; i < tensor.numElements(); ++i)
      tensor.set(i, (first + i) % kVocab);
    return tensor;
  }

  MLIRContext context;
  std::filesystem::path folder;
  SessionOptions options;
};

TEST_F(SessionTest, EvaluationIsUniformAtTheStartAndChangesNothing) {
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  EXPECT_EQ(s->parameterCount(), 2 * kVocab * kWidth);
  llvm::Expected<EvaluateResult> first = s->evaluate(tokens());
  ASSERT_TRUE(bool(first)) << llvm::toString(first.takeError());
  EXPECT_NEAR(first->loss, std::log(double(kVocab)), 0.01);
  EXPECT_EQ(first->tokenLoss.shape(), llvm::ArrayRef<int64_t>({kBatch, kLength}));
  EXPECT_EQ(first->prediction.dtype(), DType::I32);
  llvm::Expected<EvaluateResult> second = s->evaluate(tokens());
  ASSERT_TRUE(bool(second));
  EXPECT_EQ(first->tokenLoss.asDoubles(), second->tokenLoss.asDoubles());
}

TEST_F(SessionTest, StepsLearnASuccessorTable) {
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  for (int i = 0; i < 60; ++i) {
    llvm::Expected<StepResult> result = s->step(tokens(), 0.05);
    ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  }
  EXPECT_EQ(s->steps(), 60);
  llvm::Expected<EvaluateResult> result = s->evaluate(tokens());
  ASSERT_TRUE(bool(result));
  EXPECT_LT(result->loss, 0.1);
  EXPECT_EQ(result->prediction.at(0), 1);
}

TEST_F(SessionTest, AccumulatedBatchesAreOneUpdate) {
  std::unique_ptr<Session> one = session(), two = session({.accumulate = 2});
  ASSERT_TRUE(one && two);
  ASSERT_TRUE(bool(one->step(tokens(), 0.1)));
  ASSERT_TRUE(bool(two->step(tokens(), 0.1)));
  EXPECT_EQ(two->steps(), 0);
  ASSERT_TRUE(bool(two->step(tokens(), 0.1)));
  EXPECT_EQ(two->steps(), 1);
  std::vector<double> a = one->tensors().at("head").asDoubles();
  std::vector<double> b = two->tensors().at("head").asDoubles();
  for (size_t i = 0; i < a.size(); ++i)
    EXPECT_NEAR(a[i], b[i], 1e-6);
}

TEST_F(SessionTest, ClippingReportsTheNorm) {
  std::unique_ptr<Session> s = session({.clip = 1e-3});
  ASSERT_TRUE(s);
  llvm::Expected<StepResult> result = s->step(tokens(), 0.1);
  ASSERT_TRUE(bool(result));
  EXPECT_GT(result->gradNorm, 0.0);
}

/// A loss that is NaN, then finite losses with gradients whose norm is infinite in f32.
TEST_F(SessionTest, AStepThatIsNotFiniteFailsAndUpdatesNothing) {
  for (const char *target : {"reference", "cpu"}) {
    options.compiler.target = target;
    for (bool inLoss : {true, false}) {
      if (!inLoss && options.compiler.target == "reference")
        continue; // the reference counts in f64
      std::unique_ptr<Session> s = session({.clip = 1.0});
      ASSERT_TRUE(s);
      Tensor embed = s->tensors().at("embed"), head = s->tensors().at("head");
      for (int64_t i = 0; i < head.numElements(); ++i)
        embed.set(i, inLoss ? std::nan("") : 0.0);
      for (int64_t i = 0; i < head.numElements(); ++i)
        head.set(i, inLoss ? 1.0 : i % 3 * 1e30);
      std::vector<double> before = head.asDoubles();
      llvm::Expected<StepResult> result = s->step(tokens(), 0.1);
      ASSERT_FALSE(bool(result));
      std::string error = llvm::toString(result.takeError());
      EXPECT_NE(error.find(inLoss ? "cross_entropy" : "gradient of embed, row "), error.npos)
          << error;
      EXPECT_EQ(head.asDoubles(), before);
      EXPECT_EQ(s->steps(), 0);
    }
  }
}

TEST_F(SessionTest, ACheckpointContinuesWithTheSameBits) {
  std::string path = (folder / "checkpoint.safetensors").string();
  std::unique_ptr<Session> s = session({}, 0.5), other = session({}, 0.5);
  ASSERT_TRUE(s && other);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(bool(s->step(tokens(i), 0.1)));
  ASSERT_FALSE(bool(writeCheckpoint(path, s->checkpoint())));
  llvm::Expected<Checkpoint> read = readCheckpoint(path);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  ASSERT_FALSE(bool(other->restore(*read)));
  EXPECT_EQ(other->steps(), 3);
  llvm::Expected<StepResult> a = s->step(tokens(5), 0.1), b = other->step(tokens(5), 0.1);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->loss, b->loss);
  for (const auto &[name, tensor] : s->tensors())
    EXPECT_EQ(tensor.asDoubles(), other->tensors().at(name).asDoubles()) << name;
}

TEST_F(SessionTest, AForeignCheckpointChangesNothing) {
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  std::vector<double> before = s->tensors().at("head").asDoubles();
  Checkpoint missing = s->checkpoint(), unknown = missing, other = missing;
  missing.tensors.erase("head");
  unknown.tensors["tail"] = Tensor(DType::F32, {1});
  other.tensors["head"] = Tensor(DType::F32, {kWidth});
  other.tensors["embed"] = Tensor(DType::F32, {kVocab, kWidth});
  EXPECT_EQ(llvm::toString(s->restore(missing)), "expected a tensor 'head' of f32[8x6], got none");
  EXPECT_EQ(llvm::toString(s->restore(unknown)), "expected tensors of this model only, got 'tail'");
  EXPECT_EQ(llvm::toString(s->restore(other)), "expected 'head' to be f32[8x6], got f32[6]");
  EXPECT_EQ(s->tensors().at("head").asDoubles(), before);
  EXPECT_NE(s->tensors().at("embed").at(0), 0);
}

TEST_F(SessionTest, WrongTokensAreNamed) {
  std::unique_ptr<Session> s = session();
  ASSERT_TRUE(s);
  llvm::Expected<StepResult> result = s->step(Tensor(DType::I32, {1, 2}), 0.1);
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(llvm::toString(result.takeError()), "expected tokens to be i32[2x5], got i32[1x2]");
}

TEST_F(SessionTest, AnUnknownTargetIsAnError) {
  OwningOpRef<ModuleOp> module(ModuleOp::create(UnknownLoc::get(&context)));
  write(*module, kEvaluateEntry, nullptr, 0.0);
  options.compiler.target = "abacus";
  llvm::Expected<std::unique_ptr<Session>> session = Session::create(*module, options);
  ASSERT_FALSE(bool(session));
  EXPECT_NE(llvm::toString(session.takeError()).find("'abacus'"), std::string::npos);
}

} // namespace
