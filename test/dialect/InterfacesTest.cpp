// What ops say of themselves: their costs in closed form, and their derivatives as ops.
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace dsa;

namespace {

class InterfacesTest : public testing::Test {
protected:
  InterfacesTest() {
    context
        .loadDialect<DsaDialect, func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
  }

  /// The only op of type `Op` in a module that consists of `text`.
  template <typename Op> Op parse(StringRef text) {
    module = parseSourceString<ModuleOp>(text, &context);
    Op found;
    module->walk([&](Op op) { found = op; });
    return found;
  }

  /// The derivative of the only `Op` of `text`, whose results `present` have gradients.
  template <typename Op> LogicalResult differentiate(StringRef text, ArrayRef<bool> present) {
    Op op = parse<Op>(text);
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    SmallVector<Value> resultGrads;
    for (auto [result, isPresent] : llvm::zip_equal(op->getResults(), present))
      resultGrads.push_back(isPresent ? Value(result) : Value());
    operandGrads.assign(op->getNumOperands(), Value());
    return op.buildVjp(builder, resultGrads, operandGrads);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  SmallVector<Value> operandGrads;
};

constexpr llvm::StringLiteral kCrossEntropy = R"(
func.func @f(%x: tensor<6x32xf32>, %t: tensor<6xi32>) {
  %0:3 = dsa.cross_entropy %x, %t
      : (tensor<6x32xf32>, tensor<6xi32>) -> (tensor<f32>, tensor<6xf32>, tensor<6xf32>)
  return
})";

constexpr llvm::StringLiteral kRoute = R"(
func.func @f(%x: tensor<6x4xf32>) {
  %0:3 = dsa.route %x {k = 2} : (tensor<6x4xf32>) -> (tensor<6x2xf32>, tensor<6x2xi32>, tensor<6x4xf32>)
  return
})";

constexpr llvm::StringLiteral kMap = R"(
func.func @f(%x: tensor<6x4xf32>, %y: tensor<6x4xf32>, %z: tensor<6x4xf32>) {
  %0 = dsa.map (%a = %x, %b = %y, %c = %z) : tensor<6x4xf32> {
    %zero = arith.constant 0.0 : f32
    %s = math.sin %a : f32
    %p = math.fma %s, %b, %a : f32
    %above = arith.cmpf ogt, %c, %zero : f32
    %r = arith.select %above, %p, %zero : f32
    dsa.yield %r : f32
  }
  return
})";

TEST_F(InterfacesTest, AProductCostsTwoFlopsAMultiplyAndEveryTensorOnce) {
  auto op = parse<LinearOp>(R"(
func.func @f(%x: tensor<2x3x8xf32>, %w: tensor<16x8xf32>) {
  %0 = dsa.linear %x, %w : (tensor<2x3x8xf32>, tensor<16x8xf32>) -> tensor<2x3x16xf32>
  return
})");
  Cost cost = op.getCost();
  EXPECT_EQ(cost.matrixFlops, 2 * 6 * 16 * 8);
  EXPECT_EQ(cost.vectorFlops, 0);
  EXPECT_EQ(cost.readBytes, 4 * (6 * 8 + 16 * 8));
  EXPECT_EQ(cost.writeBytes, 4 * 6 * 16);
}

TEST_F(InterfacesTest, AnEmbeddingReadsOnlyTheRowsItLooksUpAlsoInsideAKernel) {
  auto op = parse<LaunchOp>(R"(
dsa.kernel private @k(%t: tensor<1000x8xf32>, %i: tensor<6xi32>) -> tensor<6x8xf32> {
  %0 = dsa.embedding %t, %i : (tensor<1000x8xf32>, tensor<6xi32>) -> tensor<6x8xf32>
  dsa.yield %0 : tensor<6x8xf32>
}
func.func @f(%t: tensor<1000x8xf32>, %i: tensor<6xi32>) {
  %0 = dsa.launch @k(%t, %i) : (tensor<1000x8xf32>, tensor<6xi32>) -> tensor<6x8xf32>
  return
})");
  EXPECT_EQ(op.getCost().readBytes, 4 * (6 * 8 + 6));
  EmbeddingOp inner;
  module->walk([&](EmbeddingOp embedding) { inner = embedding; });
  EXPECT_EQ(inner.getCost().readBytes, 4 * (6 * 8 + 6));
}

TEST_F(InterfacesTest, AGroupedProductReadsTheWeightsOfAtMostOneExpertARow) {
  auto op = parse<GroupedLinearOp>(R"(
func.func @f(%x: tensor<3x8xf32>, %w: tensor<64x16x8xf32>, %o: tensor<65xi32>) {
  %0 = dsa.grouped_linear %x, %w, %o
      : (tensor<3x8xf32>, tensor<64x16x8xf32>, tensor<65xi32>) -> tensor<3x16xf32>
  return
})");
  EXPECT_EQ(op.getCost().matrixFlops, 2 * 3 * 16 * 8);
  EXPECT_EQ(op.getCost().readBytes, 4 * (3 * 8 + 3 * 16 * 8 + 65));
}

TEST_F(InterfacesTest, TheDerivativeOfARotationTurnsBack) {
  StringRef text = R"(
func.func @f(%x: tensor<1x2x1x8xf32>) {
  %0 = dsa.rope %x {pairing = #dsa<rope_pairing half>, width = 4}
      : (tensor<1x2x1x8xf32>) -> tensor<1x2x1x8xf32>
  return
})";
  ASSERT_TRUE(succeeded(differentiate<RopeOp>(text, {true})));
  auto back = operandGrads[0].getDefiningOp<RopeOp>();
  ASSERT_TRUE(back);
  EXPECT_TRUE(back.getInverse());
  EXPECT_EQ(back.getWidth(), 4u);
}

TEST_F(InterfacesTest, AMapCostsWhatItsBodyDoesForEachElement) {
  Cost cost = parse<MapOp>(kMap).getCost();
  // A fused multiply-add counts two, the sine and the comparison and the choice one each.
  EXPECT_EQ(cost.vectorFlops, 5 * 6 * 4);
  EXPECT_EQ(cost.matrixFlops, 0);
  EXPECT_EQ(cost.readBytes, 4 * 3 * 6 * 4);
  EXPECT_EQ(cost.writeBytes, 4 * 6 * 4);
}

TEST_F(InterfacesTest, TheDerivativeOfAMapIsAMapWhereThereIsOne) {
  ASSERT_TRUE(succeeded(differentiate<MapOp>(kMap, {true})));
  EXPECT_TRUE(operandGrads[0].getDefiningOp<MapOp>());
  EXPECT_TRUE(operandGrads[1].getDefiningOp<MapOp>());
  EXPECT_FALSE(operandGrads[2]);
  EXPECT_TRUE(succeeded(verify(*module)));

  ASSERT_TRUE(succeeded(differentiate<MapOp>(kMap, {false})));
  EXPECT_FALSE(operandGrads[0]);
}

TEST_F(InterfacesTest, AMissingGradientIsZero) {
  ASSERT_TRUE(succeeded(differentiate<RouteOp>(kRoute, {true, false, false})));
  auto grad = operandGrads[0].getDefiningOp<RouteGradOp>();
  ASSERT_TRUE(grad);
  EXPECT_TRUE(grad.getProbabilitiesGrad().getDefiningOp<arith::ConstantOp>());
  EXPECT_FALSE(grad.getWeightsGrad().getDefiningOp<arith::ConstantOp>());

  ASSERT_TRUE(succeeded(differentiate<RouteOp>(kRoute, {false, false, false})));
  EXPECT_FALSE(operandGrads[0]);
}

TEST_F(InterfacesTest, OnlyTheMeanLossHasADerivative) {
  ASSERT_TRUE(succeeded(differentiate<CrossEntropyOp>(kCrossEntropy, {true, false, false})));
  EXPECT_TRUE(operandGrads[0].getDefiningOp<CrossEntropyGradOp>());
  EXPECT_FALSE(operandGrads[1]);

  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(differentiate<CrossEntropyOp>(kCrossEntropy, {true, true, false})));
  EXPECT_EQ(
      message,
      "'dsa.cross_entropy' op expected a gradient of the mean loss only, got one of token_loss");
}

} // namespace
