// Linear map, loss and gradients in one kernel: the bits of the kernels it stands for and the
// values of the reference, whatever sizes, instruction set and threads.
#include "codegen/Registration.h"
#include "codegen/Target.h"
#include "codegen/cpu/VectorIsa.h"
#include "runtime/Compare.h"
#include "runtime/KernelExecutable.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"
#include <cstring>
#include <random>

using namespace dsa;

namespace {

/// Which readers of the logits and of their gradient there are.
struct Readers {
  bool argmax = false, input = false, weight = false;
};
constexpr Readers kEvaluate{true, false, false}, kTrain{false, true, true}, kAll{true, true, true};

struct Case {
  int64_t tokens, depth, classes;
  Readers readers;
  double scale = 1; ///< of the weights
};

class LinearLoss : public testing::Test {
protected:
  static std::string type(const std::vector<int64_t> &shape, const char *element = "f32") {
    std::string text = "tensor<";
    for (int64_t size : shape)
      text += std::to_string(size) + "x";
    return text + element + ">";
  }

  static std::string module(const Case &c) {
    std::string x = type({c.tokens, c.depth}), w = type({c.classes, c.depth}),
                y = type({c.tokens, c.classes}), t = type({c.tokens}, "i32"), e = type({c.tokens});
    std::string values = "%loss, %each, %lse", types = "tensor<f32>, " + e + ", " + e, body;
    auto add = [&](bool wanted, const char *value, const std::string &op,
                   const std::string &operands, const std::string &result, bool returned) {
      if (!wanted)
        return;
      body += llvm::formatv("  %{0} = {1} : ({2}) -> {3}\n", value, op, operands, result);
      values += returned ? std::string(", %") + value : "";
      types += returned ? ", " + result : "";
    };
    add(c.readers.argmax, "best", "dsa.argmax %y", y, t, true);
    add(c.readers.input || c.readers.weight, "dy", "dsa.cross_entropy_grad %g, %y, %t, %lse",
        "tensor<f32>, " + y + ", " + t + ", " + e, y, false);
    add(c.readers.input, "dx", "dsa.linear_grad_input %dy, %w", y + ", " + w, x, true);
    add(c.readers.weight, "dw", "dsa.linear_grad_weight %dy, %x", y + ", " + x, w, true);
    return llvm::formatv(
        "func.func @main(%x: {0}, %w: {1}, %t: {2}, %g: tensor<f32>) -> ({3}) {{\n  %y = "
        "dsa.linear "
        "%x, %w : ({0}, {1}) -> {4}\n  %loss, %each, %lse = dsa.cross_entropy %y, %t : ({4}, {2}) "
        "-> (tensor<f32>, {5}, {5})\n{6}  return {7} : {3}\n}",
        x, w, t, types, y, e, body, values);
  }

  static std::vector<Tensor> inputs(const Case &c) {
    std::mt19937 engine(5);
    std::uniform_real_distribution<float> values(-1, 1);
    std::uniform_int_distribution<int32_t> targets(0, static_cast<int32_t>(c.classes) - 1);
    Tensor x(DType::F32, {c.tokens, c.depth}), w(DType::F32, {c.classes, c.depth}),
        t(DType::I32, {c.tokens}), g(DType::F32, {});
    for (int64_t i = 0; i < x.numElements(); ++i)
      x.data<float>()[i] = values(engine);
    for (int64_t i = 0; i < w.numElements(); ++i)
      w.data<float>()[i] = static_cast<float>(c.scale) * values(engine);
    for (int64_t i = 0; i < c.tokens; ++i)
      t.data<int32_t>()[i] = targets(engine);
    *g.data<float>() = 1.75F * static_cast<float>(c.tokens);
    return {x, w, t, g};
  }

  std::unique_ptr<Executable> compile(const Case &c, const char *target, bool fuse = true,
                                      llvm::StringRef vector = "") {
    auto parsed = mlir::parseSourceString<mlir::ModuleOp>(module(c), &context);
    EXPECT_TRUE(parsed) << module(c);
    CompileOptions options;
    options.vector = vector.str();
    options.plan.fuse = fuse;
    return llvm::cantFail(llvm::cantFail(lookupTarget(target))->compile(*parsed, "main", options));
  }

  static llvm::SmallVector<Tensor> run(Executable &executable, const Case &c, int threads) {
    ThreadPool pool(threads);
    RunOptions options{&pool};
    llvm::SmallVector<Tensor> results;
    llvm::cantFail(executable.run(inputs(c), results, options));
    return results;
  }

  void check(const Case &c) {
    auto reference = run(*compile(c, "reference"), c, 1);
    for (const cpu::VectorIsa &isa : cpu::VectorIsa::all()) {
      if (isa.lanes > cpu::VectorIsa::ofHost().lanes)
        continue;
      SCOPED_TRACE(module(c) + isa.name.str());
      auto fused = compile(c, "cpu", true, isa.name), apart = compile(c, "cpu", false, isa.name);
      ASSERT_EQ(static_cast<KernelExecutable &>(*fused).launches().size(), 1U);
      auto expected = run(*apart, c, 2);
      for (size_t i = 0; i < reference.size(); ++i)
        if (llvm::Error error = expectClose("apart", expected[i], reference[i]))
          ADD_FAILURE() << llvm::toString(std::move(error));
      for (int threads : {1, 2, 3, 8}) {
        auto got = run(*fused, c, threads);
        for (size_t i = 0; i < reference.size(); ++i)
          EXPECT_EQ(std::memcmp(got[i].data(), expected[i].data(), got[i].bytes()), 0)
              << "result " << i << " on " << threads << " threads";
      }
    }
  }

  mlir::DialectRegistry registry = [] {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    return registry;
  }();
  mlir::MLIRContext context{registry};
};

} // namespace

TEST_F(LinearLoss, FewClasses) {
  for (int64_t classes : {1, 3, 17, 33})
    check({37, 5, classes, kAll});
}

TEST_F(LinearLoss, BlocksOfClasses) {
  for (int64_t classes : {127, 128, 130, 801})
    check({21, 19, classes, kAll});
}

TEST_F(LinearLoss, ChunksOfTokens) {
  for (int64_t tokens : {1, 129, 512, 1100})
    check({tokens, 7, 40, kAll});
  check({1040, 3, 300, kTrain});
}

TEST_F(LinearLoss, Depths) {
  for (int64_t depth : {1, 32, 48, 301})
    check({19, depth, 37, kAll});
}

TEST_F(LinearLoss, SomeReaders) {
  check({150, 9, 270, {}});
  check({150, 9, 270, kEvaluate});
  check({150, 9, 270, {false, true, false}});
  check({150, 9, 270, {false, false, true}});
  check({150, 9, 270, {true, false, true}});
}

// Maxima of blocks lie far apart, so that merging them counts.
TEST_F(LinearLoss, LargeLogits) {
  check({40, 30, 1030, kAll, 4});
}

// All logits are equal: the first class of the first block is the best.
TEST_F(LinearLoss, Ties) {
  check({20, 5, 400, kAll, 0});
}

// A chunk of fewer tokens where the classes are many, and little memory beside it.
TEST_F(LinearLoss, MemoryIsBounded) {
  Case c{300, 2, 120000, kTrain};
  auto fused = compile(c, "cpu"), apart = compile(c, "cpu", false);
  auto &program = static_cast<KernelExecutable &>(*fused);
  ASSERT_EQ(program.launches().size(), 1U);
  EXPECT_LT(program.arenaBytes() + program.launches()[0].workspaceBytes, 120 << 20);
  EXPECT_GT(program.launches()[0].phases.size(), 6U) << "more than one chunk";
  auto got = run(*fused, c, 2), expected = run(*apart, c, 2);
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(std::memcmp(got[i].data(), expected[i].data(), got[i].bytes()), 0) << "result " << i;
}

// The logits of the largest loss of an evaluation exist for tiles only.
TEST_F(LinearLoss, EvaluationKeepsNoLogits) {
  auto fused = compile({700, 4, 5000, kEvaluate}, "cpu");
  auto &program = static_cast<KernelExecutable &>(*fused);
  EXPECT_LT(program.launches()[0].workspaceBytes, 1 << 20);
}
