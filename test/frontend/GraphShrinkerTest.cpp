// The shrinker: what is left of a failing function, and on which values it still goes wrong.
#include "frontend/GraphShrinker.h"
#include "frontend/Graph.h"

#include "codegen/ReferenceInterpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dsa;

namespace {

class GraphShrinkerTest : public testing::Test {
protected:
  GraphShrinkerTest() {
    context
        .loadDialect<DsaDialect, func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
    run.module = ModuleOp::create(UnknownLoc::get(&context));
    run.entry = "f";
  }

  static func::FuncOp functionOf(const FailingRun &run) {
    return ModuleOp(*run.module).lookupSymbol<func::FuncOp>(run.entry);
  }

  static int64_t count(const FailingRun &run) {
    return llvm::range_size(functionOf(run).front().without_terminator());
  }

  /// The first product in `run` and its operands as the reference computes them; nothing without a
  /// product.
  static std::optional<double> firstProduct(const FailingRun &run) {
    EXPECT_TRUE(succeeded(verify(ModuleOp(*run.module))));
    func::FuncOp copy = functionOf(run).clone();
    std::optional<double> value;
    for (auto op : copy.front().getOps<MulOp>()) {
      copy.front().getTerminator()->setOperands(op.getResult());
      SmallVector<Tensor> doubles;
      for (const Tensor &argument : run.arguments)
        doubles.push_back(argument.to(DType::F64));
      value = llvm::cantFail(interpret(copy.front(), doubles)).front().at(0);
      break;
    }
    copy.erase();
    return value;
  }

  MLIRContext context;
  FailingRun run;
};

TEST_F(GraphShrinkerTest, OnlyTheOpThatGoesWrongIsLeftWithTheValuesItReads) {
  Graph graph(*run.module, "f");
  Type f32 = Float32Type::get(&context);
  Value x = graph.input("x", {2}, f32), y = graph.input("y", {2}, f32);
  Value product = graph.mul(graph.scale(x, 3), graph.add(x, y));
  graph.result("a", graph.silu(y));
  graph.result("b", graph.add(graph.silu(product), x));
  graph.finish();
  run.arguments = {Tensor::fromDoubles(DType::F32, {2}, {2, 0}),
                   Tensor::fromDoubles(DType::F32, {2}, {5, 0})};
  int64_t before = count(run), tried = 0;
  shrink(run, [&](const FailingRun &smaller) { return ++tried, firstProduct(smaller) == 42.0; });
  EXPECT_EQ(before, 6);
  EXPECT_EQ(count(run), 1);
  EXPECT_EQ(functionOf(run).getNumArguments(), 2u);
  EXPECT_EQ(run.arguments.size(), 2u);
  EXPECT_EQ(functionOf(run).getNumResults(), 1u);
  EXPECT_EQ(firstProduct(run), 42.0);
  EXPECT_GT(tried, 5);
}

TEST_F(GraphShrinkerTest, ConstantsHoldTheArguments) {
  Graph graph(*run.module, "f");
  Value x = graph.input("x", {2}, Float32Type::get(&context));
  graph.result("y", graph.mul(x, x));
  graph.finish();
  run.arguments = {Tensor::fromDoubles(DType::F32, {2}, {-3, 1})};
  FailingRun constant = withConstants(run);
  EXPECT_TRUE(constant.arguments.empty());
  EXPECT_EQ(functionOf(constant).getNumArguments(), 0u);
  EXPECT_EQ(firstProduct(constant), 9.0);
  EXPECT_EQ(count(run), 1);
}

TEST_F(GraphShrinkerTest, AnUpdateThatMattersKeepsEveryArgument) {
  Graph graph(*run.module, "f");
  Type f32 = Float32Type::get(&context);
  Value idle = graph.input("idle", {2}, f32), x = graph.input("x", {2}, f32);
  graph.result("y", graph.mul(x, x));
  graph.result("z", graph.silu(idle));
  func::FuncOp function = graph.finish();
  function.setResultAttr(0, kUpdatesAttr, IntegerAttr::get(IntegerType::get(&context, 64), 1));
  run.arguments = {Tensor::fromDoubles(DType::F32, {2}, {1, 1}),
                   Tensor::fromDoubles(DType::F32, {2}, {2, 2})};
  shrink(run, [&](const FailingRun &smaller) {
    return firstProduct(smaller) == 4.0 &&
           functionOf(smaller).getResultAttr(0, kUpdatesAttr) != nullptr;
  });
  EXPECT_EQ(count(run), 1);
  EXPECT_EQ(functionOf(run).getNumArguments(), 2u);
  EXPECT_EQ(run.arguments.size(), 2u);
}

} // namespace
