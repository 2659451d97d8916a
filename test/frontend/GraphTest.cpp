// The graph builder: arguments, scopes, random streams, views and results.
#include "frontend/Graph.h"
#include "frontend/TrainStep.h"

#include "dialect/ScoreBody.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dsa;

namespace {

class GraphTest : public testing::Test {
protected:
  GraphTest() {
    context
        .loadDialect<DsaDialect, func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
    module = ModuleOp::create(UnknownLoc::get(&context));
  }

  StringRef text(func::FuncOp func, unsigned argument, StringRef attribute) {
    return func.getArgAttrOfType<StringAttr>(argument, attribute).getValue();
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(GraphTest, ArgumentsAreAppendedOnFirstUseWithRoleAndName) {
  Graph graph(*module, "f");
  Value x = graph.input("x", {2, 3}, Float32Type::get(&context));
  Value w = graph.parameter("w", {4, 3});
  EXPECT_EQ(graph.parameter("w", {4, 3}), w);
  graph.result("y", graph.linear(x, w));
  func::FuncOp func = graph.finish();
  ASSERT_TRUE(succeeded(verify(*module)));
  ASSERT_EQ(func.getNumArguments(), 2u);
  EXPECT_EQ(text(func, 0, kRoleAttr), "input");
  EXPECT_EQ(text(func, 1, kRoleAttr), "parameter");
  EXPECT_EQ(text(func, 1, kNameAttr), "w");
  EXPECT_EQ(func.getResultAttrOfType<StringAttr>(0, kNameAttr).getValue(), "y");
}

TEST_F(GraphTest, ScopesPrefixParametersAndLocations) {
  Graph graph(*module, "f");
  {
    Graph::Scope outer(graph, "blocks.0");
    Graph::Scope inner(graph, "attention");
    Value w = graph.parameter("w", {2, 2});
    Value y = graph.silu(w);
    EXPECT_EQ(cast<NameLoc>(y.getLoc()).getName(), "blocks.0.attention");
  }
  graph.parameter("w", {3});
  func::FuncOp func = graph.finish();
  EXPECT_EQ(text(func, 0, kNameAttr), "blocks.0.attention.w");
  EXPECT_EQ(text(func, 1, kNameAttr), "w");
}

TEST_F(GraphTest, EveryRandomOpHasAStreamOfItsOwn) {
  Graph graph(*module, "f");
  Value x = graph.input("x", {2, 3}, Float32Type::get(&context));
  Value y = graph.dropout(graph.dropout(x, 0.5), 0.25);
  graph.result("weights", graph.route(y, 2, 0.1).getWeights());
  func::FuncOp func = graph.finish();
  ASSERT_TRUE(succeeded(verify(*module)));
  std::vector<int64_t> streams;
  func.walk([&](RandomKeyOp op) {
    APInt stream;
    ASSERT_TRUE(matchPattern(op.getStream(), m_ConstantInt(&stream)));
    streams.push_back(stream.getSExtValue());
  });
  EXPECT_EQ(streams, (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(text(func, 1, kRoleAttr), "seed");
  EXPECT_EQ(text(func, 2, kRoleAttr), "step");
}

TEST_F(GraphTest, WithoutNoiseNothingRandomIsWritten) {
  Graph graph(*module, "f");
  Value x = graph.input("x", {2, 3}, Float32Type::get(&context));
  EXPECT_EQ(graph.dropout(x, 0.0), x);
  RouteOp route = graph.route(x, 1, 0.0);
  EXPECT_FALSE(route.getKey());
  EXPECT_EQ(graph.finish().getNumArguments(), 1u);
}

TEST_F(GraphTest, AMapHasTheBodyThatIsWritten) {
  Graph graph(*module, "f");
  Value x = graph.input("x", {2, 3}, Float32Type::get(&context));
  Value y = graph.map({x, x}, [](ImplicitLocOpBuilder &b, ValueRange elements) -> Value {
    return arith::MulFOp::create(b, elements[0], elements[1]);
  });
  EXPECT_EQ(y.getType(), x.getType());
  auto map = y.getDefiningOp<MapOp>();
  EXPECT_EQ(map.getInputs().size(), 2u);
  EXPECT_EQ(std::distance(map.getBody().op_begin(), map.getBody().op_end()), 2);
  graph.finish();
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(GraphTest, AScoreBodyIsWrittenInF32OverPositionsAndHead) {
  Graph graph(*module, "f");
  Value x = graph.input("x", {1, 3, 2, 4}, BFloat16Type::get(&context));
  AttentionOp op =
      graph.attention(x, x, x, 0.5, 0.0, {}, [](ImplicitLocOpBuilder &b, ValueRange pair) -> Value {
        return arith::AddFOp::create(b, pair[kScore], pair[kHead]);
      });
  ASSERT_TRUE(scoreBodyOf(op));
  EXPECT_EQ(scoreBodyOf(op)->getNumArguments(), unsigned(kScoreArguments));
  EXPECT_TRUE(scoreBodyOf(op)->getArgument(kHead).getType().isF32());
  EXPECT_FALSE(scoreBodyOf(graph.attention(x, x, x, 0.5, 0.0, {})));
  graph.finish();
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(GraphTest, ViewsHaveTheShapesTheySay) {
  Graph graph(*module, "f");
  Value x = graph.input("x", {2, 5, 12}, Float32Type::get(&context));
  auto shape = [](Value value) { return std::vector<int64_t>(shapeOf(value)); };
  EXPECT_EQ(shape(graph.slice(x, 1, 2, 3)), (std::vector<int64_t>{2, 3, 12}));
  Value heads = graph.splitLast(x, 4);
  EXPECT_EQ(shape(heads), (std::vector<int64_t>{2, 5, 4, 3}));
  EXPECT_EQ(shape(graph.mergeLast(heads)), (std::vector<int64_t>{2, 5, 12}));
  Value rows = graph.flattenRows(x);
  EXPECT_EQ(shape(rows), (std::vector<int64_t>{10, 12}));
  EXPECT_EQ(shape(graph.unflattenRows(rows, {2, 5})), (std::vector<int64_t>{2, 5, 12}));
  graph.finish();
  EXPECT_TRUE(succeeded(verify(*module)));
}

TEST_F(GraphTest, SetTrainStepWritesTheRecipe) {
  Graph graph(*module, "f");
  Value w = graph.parameter("w", {4, 8});
  Value ids = graph.input("ids", {3}, IntegerType::get(&context, 32));
  graph.minimize("loss", graph.crossEntropy(graph.embedding(w, ids), ids).getLoss(), 0.5);
  setTrainStep(graph,
               {.optimizer = TrainOptions::Optimizer::AdamW, .weightDecay = 0.1, .clip = 1.0});
  func::FuncOp func = graph.finish();
  ASSERT_TRUE(succeeded(verify(*module)));
  auto train = func->getAttrOfType<DictionaryAttr>(kTrainAttr);
  EXPECT_EQ(train.getAs<StringAttr>("optimizer"), "adamw");
  EXPECT_EQ(train.getAs<FloatAttr>("clip").getValueAsDouble(), 1.0);
  EXPECT_EQ(train.getAs<FloatAttr>("weight_decay").getValueAsDouble(), 0.1);
  EXPECT_EQ(func.getResultAttrOfType<FloatAttr>(0, kMinimizeAttr).getValueAsDouble(), 0.5);
  EXPECT_EQ(text(func, 2, kRoleAttr), "step");
  EXPECT_EQ(text(func, 3, kRoleAttr), "learning_rate");
}

TEST_F(GraphTest, RawGradientsNeedNeitherStepNorRate) {
  Graph graph(*module, "f");
  graph.parameter("w", {2});
  setTrainStep(graph, {.gradients = true});
  func::FuncOp func = graph.finish();
  EXPECT_EQ(func.getNumArguments(), 1u);
  EXPECT_TRUE(func->getAttrOfType<DictionaryAttr>(kTrainAttr).contains("gradients"));
}

} // namespace
