// Checks the FLOPs of attention ops against pairs counted by hand: visible pairs times widths, no
// more.
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace dsa;

namespace {

class AttentionCost : public testing::Test {
protected:
  AttentionCost() {
    context.loadDialect<DsaDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect>();
  }

  /// The cost of the one op of the function `body`, which is a list of arguments and an op.
  Cost costOfOp(const std::string &arguments, const std::string &op) {
    module = parseSourceString<ModuleOp>("func.func @f(" + arguments + ") {\n" + op + "\nreturn }",
                                         ParserConfig(&context));
    EXPECT_TRUE(module);
    Cost cost;
    if (module)
      module->walk([&](CostOpInterface found) { cost += found.getCost(); });
    return cost;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

const std::string kDense =
    "%q: tensor<2x4x3x8xf32>, %k: tensor<2x6x1x8xf32>, %v: tensor<2x6x1x5xf32>";
const std::string kDenseTypes = ": (tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>, tensor<2x6x1x5xf32>)"
                                " -> (tensor<2x4x3x5xf32>, tensor<2x3x4xf32>)";

} // namespace

TEST_F(AttentionCost, AllPairs) {
  Cost cost = costOfOp(kDense, "dsa.attention %q, %k, %v {scale = 1.0 : f64}" + kDenseTypes);
  EXPECT_EQ(cost.matrixFlops, 2 * (2 * 3 * 4 * 6) * (8 + 5));
  EXPECT_EQ(cost.readBytes, 4 * (2 * 4 * 3 * 8 + 2 * 6 * 8 + 2 * 6 * 5));
  EXPECT_EQ(cost.writeBytes, 4 * (2 * 4 * 3 * 5 + 2 * 3 * 4));
}

TEST_F(AttentionCost, CausalPairs) {
  Cost cost =
      costOfOp(kDense, "dsa.attention %q, %k, %v {causal, scale = 1.0 : f64}" + kDenseTypes);
  EXPECT_EQ(cost.matrixFlops, 2 * (2 * 3 * (1 + 2 + 3 + 4)) * (8 + 5));
}

TEST_F(AttentionCost, ScoreBodyOfEveryPair) {
  std::string op = "dsa.attention %q, %k, %v {causal, scale = 1.0 : f64}" + kDenseTypes;
  std::string body = " score {\n^bb0(%score: f32, %query: f32, %key: f32, %head: f32):\n"
                     "%c = arith.constant 2.0 : f32\n"
                     "%x = math.fma %score, %c, %key : f32\n"
                     "%y = math.tanh %x : f32\n"
                     "dsa.yield %y : f32\n}";
  Cost plain = costOfOp(kDense, op), revised = costOfOp(kDense, op + body);
  EXPECT_EQ(revised.vectorFlops - plain.vectorFlops, 3 * (2 * 3 * (1 + 2 + 3 + 4)));
  EXPECT_EQ(revised.matrixFlops, plain.matrixFlops);
  EXPECT_EQ(revised.readBytes, plain.readBytes);
}

TEST_F(AttentionCost, ScoreBodyOfAGradientAndItsProduct) {
  std::string arguments = kDense + ", %g: tensor<2x4x3x5xf32>, %l: tensor<2x3x4xf32>";
  std::string op = "dsa.attention_grad %g, %q, %k, %v, %g, %l {scale = 1.0 : f64}"
                   ": (tensor<2x4x3x5xf32>, tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>,"
                   " tensor<2x6x1x5xf32>, tensor<2x4x3x5xf32>, tensor<2x3x4xf32>)"
                   " -> (tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>, tensor<2x6x1x5xf32>)";
  std::string body = " score {\n^bb0(%score: f32, %query: f32, %key: f32, %head: f32):\n"
                     "%x = arith.addf %score, %key : f32\n"
                     "%y = math.exp %x : f32\n"
                     "dsa.yield %y, %y : f32, f32\n}";
  Cost plain = costOfOp(arguments, op), revised = costOfOp(arguments, op + body);
  EXPECT_EQ(revised.vectorFlops - plain.vectorFlops, (2 + 1) * (2 * 3 * 4 * 6));
}

TEST_F(AttentionCost, CausalPairsWithAConstantOffset) {
  Cost cost = costOfOp(kDense, "%p = arith.constant dense<3> : tensor<i32>\n"
                               "dsa.attention %q, %k, %v offset(%p) {causal, scale = 1.0 : f64}"
                               ": (tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>, tensor<2x6x1x5xf32>,"
                               " tensor<i32>) -> (tensor<2x4x3x5xf32>, tensor<2x3x4xf32>)");
  EXPECT_EQ(cost.matrixFlops, 2 * (2 * 3 * (4 + 5 + 6 + 6)) * (8 + 5));
}

TEST_F(AttentionCost, CausalGradient) {
  Cost cost = costOfOp(
      kDense + ", %g: tensor<2x4x3x5xf32>, %l: tensor<2x3x4xf32>",
      "dsa.attention_grad %g, %q, %k, %v, %g, %l {causal, scale = 1.0 : f64}"
      ": (tensor<2x4x3x5xf32>, tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>, tensor<2x6x1x5xf32>,"
      " tensor<2x4x3x5xf32>, tensor<2x3x4xf32>)"
      " -> (tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>, tensor<2x6x1x5xf32>)");
  EXPECT_EQ(cost.matrixFlops, 2 * (2 * 3 * (1 + 2 + 3 + 4)) * (3 * 8 + 2 * 5));
}

TEST_F(AttentionCost, SelectedPairs) {
  std::string arguments = kDense + ", %i: tensor<2x4x3xi32>";
  std::string types = ": (tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>, tensor<2x6x1x5xf32>,"
                      " tensor<2x4x3xi32>) -> (tensor<2x4x3x5xf32>, tensor<2x3x4xf32>)";
  Cost causal = costOfOp(arguments,
                         "dsa.sparse_attention %q, %k, %v, %i {causal, scale = 1.0 : f64}" + types);
  EXPECT_EQ(causal.matrixFlops, 2 * (2 * 3 * (1 + 2 + 3 + 3)) * (8 + 5));
  Cost all = costOfOp(arguments, "dsa.sparse_attention %q, %k, %v, %i {scale = 1.0 : f64}" + types);
  EXPECT_EQ(all.matrixFlops, 2 * (2 * 3 * 4 * 3) * (8 + 5));
}

TEST_F(AttentionCost, IndexScores) {
  Cost cost = costOfOp("%q: tensor<2x4x3x8xf32>, %k: tensor<2x6x8xf32>, %w: tensor<2x4x3xf32>",
                       "dsa.index_scores %q, %k, %w : (tensor<2x4x3x8xf32>, tensor<2x6x8xf32>,"
                       " tensor<2x4x3xf32>) -> tensor<2x4x6xf32>");
  EXPECT_EQ(cost.matrixFlops, 2 * 2 * 4 * 6 * 3 * 8);
}

TEST_F(AttentionCost, IndexKl) {
  std::string arguments = "%s: tensor<2x4x6xf32>, %q: tensor<2x4x3x8xf32>, %k: tensor<2x6x1x8xf32>,"
                          " %l: tensor<2x3x4xf32>, %i: tensor<2x4x3xi32>";
  Cost all = costOfOp(arguments,
                      "dsa.index_kl %s, %q, %k, %l {causal, scale = 1.0 : f64}"
                      ": (tensor<2x4x6xf32>, tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>,"
                      " tensor<2x3x4xf32>) -> (tensor<f32>, tensor<2x4xf32>, tensor<2x4x6xf32>)");
  EXPECT_EQ(all.matrixFlops, 2 * 2 * (1 + 2 + 3 + 4) * 3 * 8);
  Cost selected =
      costOfOp(arguments, "dsa.index_kl %s, %q, %k, %l indices(%i) {causal, scale = 1.0 : f64}"
                          ": (tensor<2x4x6xf32>, tensor<2x4x3x8xf32>, tensor<2x6x1x8xf32>,"
                          " tensor<2x3x4xf32>, tensor<2x4x3xi32>)"
                          " -> (tensor<f32>, tensor<2x4xf32>, tensor<2x4x3xf32>)");
  EXPECT_EQ(selected.matrixFlops, 2 * 2 * (1 + 2 + 3 + 3) * 3 * 8);
}

TEST_F(AttentionCost, IndexKlGrad) {
  std::string arguments = "%g: tensor<f32>, %s: tensor<2x4x6xf32>, %q: tensor<2x4x3x8xf32>,"
                          " %k: tensor<2x6x1x8xf32>, %l: tensor<2x3x4xf32>";
  Cost given = costOfOp(arguments, "dsa.index_kl_grad %g, %s, %s {causal} : (tensor<f32>,"
                                   " tensor<2x4x6xf32>, tensor<2x4x6xf32>) -> tensor<2x4x6xf32>");
  EXPECT_EQ(given.matrixFlops, 0);
  Cost made = costOfOp(arguments,
                       "dsa.index_kl_grad %g, %s attention(%q, %k, %l) {causal, scale = 1.0 : f64}"
                       ": (tensor<f32>, tensor<2x4x6xf32>, tensor<2x4x3x8xf32>,"
                       " tensor<2x6x1x8xf32>, tensor<2x3x4xf32>) -> tensor<2x4x6xf32>");
  EXPECT_EQ(made.matrixFlops, 2 * 2 * (1 + 2 + 3 + 4) * 3 * 8);
}
