// Products on the cpu target: odd sizes, strided factors, chains and expert groups against the
// reference, prologues against kernels of their own, and row bits that depend on nothing but the
// row.
#include "codegen/Registration.h"
#include "codegen/Target.h"
#include "runtime/Compare.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"
#include <cstring>
#include <random>

using namespace dsa;

namespace {

using Shape = std::vector<int64_t>;

std::string type(const Shape &shape, const char *element = "f32") {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element + ">";
}

Tensor random(const Shape &shape, unsigned seed) {
  Tensor tensor(DType::F32, shape);
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> values(-1, 1);
  for (int64_t i = 0; i < tensor.numElements(); ++i)
    tensor.data<float>()[i] = values(engine);
  return tensor;
}

Tensor integers(const std::vector<int32_t> &values) {
  Tensor tensor(DType::I32, {static_cast<int64_t>(values.size())});
  std::copy(values.begin(), values.end(), tensor.data<int32_t>());
  return tensor;
}

class Product : public testing::Test {
protected:
  /// `@main` of `text` for a target, null after a failure.
  std::unique_ptr<Executable> compile(const char *target, const std::string &text,
                                      bool fuse = true) {
    mlir::OwningOpRef<mlir::ModuleOp> module =
        mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module) {
      ADD_FAILURE() << text;
      return nullptr;
    }
    CompileOptions options;
    options.plan.fuse = fuse;
    auto executable = llvm::cantFail(lookupTarget(target))->compile(*module, "main", options);
    if (executable)
      return std::move(*executable);
    ADD_FAILURE() << llvm::toString(executable.takeError()) << "\n" << text;
    return nullptr;
  }

  std::vector<Tensor> run(Executable *executable, const std::vector<Tensor> &arguments,
                          int threads = 1) {
    llvm::SmallVector<Tensor> results;
    ThreadPool pool(threads);
    RunOptions options;
    options.pool = &pool;
    if (executable)
      if (llvm::Error error = executable->run(arguments, results, options))
        ADD_FAILURE() << llvm::toString(std::move(error));
    return {results.begin(), results.end()};
  }

  std::vector<Tensor> run(const char *target, const std::string &text,
                          const std::vector<Tensor> &arguments, int threads = 1) {
    return run(compile(target, text).get(), arguments, threads);
  }

  void check(const std::string &text, const std::vector<Tensor> &arguments, int threads = 1) {
    std::vector<Tensor> got = run("cpu", text, arguments, threads),
                        expected = run("reference", text, arguments);
    ASSERT_EQ(got.size(), expected.size()) << text;
    for (size_t i = 0; i < got.size(); ++i)
      if (llvm::Error error = expectClose("result", got[i], expected[i]))
        ADD_FAILURE() << llvm::toString(std::move(error)) << "\n" << text;
  }

  /// `func @main(%a, %b) -> result` of one op.
  static std::string binary(const char *op, const Shape &a, const Shape &b, const Shape &result) {
    return llvm::formatv("func.func @main(%a: {1}, %b: {2}) -> {3} {{\n"
                         "  %y = dsa.{0} %a, %b : ({1}, {2}) -> {3}\n  return %y : {3}\n}\n",
                         op, type(a), type(b), type(result));
  }

  mlir::DialectRegistry registry = [] {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    return registry;
  }();
  mlir::MLIRContext context{registry};
};

TEST_F(Product, AllRemaindersOfRowsColumnsAndDepth) {
  const char *text = "func.func @main(%x: {0}, %w: {1}, %d: {2}) -> ({2}, {0}, {1}) {{\n"
                     "  %y = dsa.linear %x, %w : ({0}, {1}) -> {2}\n"
                     "  %dx = dsa.linear_grad_input %d, %w : ({2}, {1}) -> {0}\n"
                     "  %dw = dsa.linear_grad_weight %d, %x : ({2}, {0}) -> {1}\n"
                     "  return %y, %dx, %dw : {2}, {0}, {1}\n}\n";
  for (int64_t m : {1, 5, 67})
    for (int64_t n : {3, 17, 64, 100})
      for (int64_t k : {1, 31, 300})
        check(llvm::formatv(text, type({m, k}), type({n, k}), type({m, n})),
              {random({m, k}, 1), random({n, k}, 2), random({m, n}, 3)});
}

TEST_F(Product, SeveralBlocksOnSeveralThreads) {
  check(binary("linear", {3, 67, 520}, {300, 520}, {3, 67, 300}),
        {random({3, 67, 520}, 1), random({300, 520}, 2)}, 3);
  check(binary("linear_grad_weight", {3, 167, 130}, {3, 167, 300}, {130, 300}),
        {random({3, 167, 130}, 1), random({3, 167, 300}, 2)}, 3);
}

/// Rows 4 KB apart and a depth of several blocks: the left factor is copied together.
TEST_F(Product, FarRowsAreCopied) {
  check(binary("linear", {50, 1030}, {20, 1030}, {50, 20}),
        {random({50, 1030}, 1), random({20, 1030}, 2)});
}

TEST_F(Product, FactorsAreViewsOfWiderTensors) {
  check("func.func @main(%x: tensor<2x9x96xf32>, %w: tensor<40x64xf32>) -> tensor<2x5x20xf32> {\n"
        "  %a = tensor.extract_slice %x[0, 3, 16] [2, 5, 32] [1, 1, 1] : tensor<2x9x96xf32> to "
        "tensor<2x5x32xf32>\n"
        "  %b = tensor.extract_slice %w[8, 32] [20, 32] [1, 1] : tensor<40x64xf32> to "
        "tensor<20x32xf32>\n"
        "  %y = dsa.linear %a, %b : (tensor<2x5x32xf32>, tensor<20x32xf32>) -> tensor<2x5x20xf32>\n"
        "  return %y : tensor<2x5x20xf32>\n}\n",
        {random({2, 9, 96}, 1), random({40, 64}, 2)});
}

TEST_F(Product, ChainsReadAndStoreBlocks) {
  for (int64_t n : {30, 64, 330})
    check(llvm::formatv("func.func @main(%x: {0}, %w: {1}, %r: {2}) -> ({2}, {2}) {{\n"
                        "  %y = dsa.linear %x, %w : ({0}, {1}) -> {2}\n"
                        "  %s = dsa.silu %y : ({2}) -> {2}\n"
                        "  %z = dsa.add %s, %r : ({2}, {2}) -> {2}\n"
                        "  return %y, %z : {2}, {2}\n}\n",
                        type({101, 48}), type({n, 48}), type({101, n})),
          {random({101, 48}, 1), random({n, 48}, 2), random({101, n}, 3)}, 2);
}

TEST_F(Product, ExpertsHaveAnyNumberOfRows) {
  const int64_t r = 150, n = 40, k = 21, e = 5;
  for (const std::vector<int32_t> &offsets : {std::vector<int32_t>{0, 150, 150, 150, 150, 150},
                                              {0, 0, 0, 0, 0, 150},
                                              {0, 7, 7, 50, 149, 150}}) {
    std::string o = type({e + 1}, "i32"), w = type({e, n, k}), x = type({r, k}), y = type({r, n});
    const char *text = "func.func @main(%a: {1}, %b: {2}, %o: {3}) -> {4} {{\n"
                       "  %y = dsa.{0} %a, %b, %o : ({1}, {2}, {3}) -> {4}\n  return %y : {4}\n}\n";
    Tensor rows = random({r, k}, 1), weight = random({e, n, k}, 2), grad = random({r, n}, 3);
    check(llvm::formatv(text, "grouped_linear", x, w, o, y), {rows, weight, integers(offsets)}, 2);
    check(llvm::formatv(text, "grouped_linear_grad_input", y, w, o, x),
          {grad, weight, integers(offsets)}, 2);
    check(llvm::formatv(text, "grouped_linear_grad_weight", y, x, o, w),
          {grad, rows, integers(offsets)}, 2);
  }
}

/// A norm with a sum behind it, element-wise ops, and a norm before the other factor, before the
/// products of m x k and n x k; `fused` says whether each is one kernel with its product.
std::string prologues(int64_t m, int64_t n, int64_t k, bool fused) {
  const char *text =
      "func.func @main(%x: {0}, %r: {0}, %g: {3}, %w: {1}, %d: {2}) -> ({2}, {0}, {1}) {{\n"
      "  %a = dsa.rms_norm %x, %g {{eps = 1.0e-6 : f64{4}} : ({0}, {3}) -> {0}\n"
      "  %b = dsa.add %r, %a {5} : ({0}, {0}) -> {0}\n"
      "  %y = dsa.linear %b, %w {5} : ({0}, {1}) -> {2}\n"
      "  %s = dsa.silu %d {6} : ({2}) -> {2}\n"
      "  %p = dsa.mul %s, %d {6} : ({2}, {2}) -> {2}\n"
      "  %dx = dsa.linear_grad_input %p, %w {6} : ({2}, {1}) -> {0}\n"
      "  %n = dsa.rms_norm %r, %g {{eps = 1.0e-2 : f64{7}} : ({0}, {3}) -> {0}\n"
      "  %dw = dsa.linear_grad_weight %d, %n {8} : ({2}, {0}) -> {1}\n"
      "  return %y, %dx, %dw : {2}, {0}, {1}\n}\n";
  auto attribute = [&](int number, const char *open, const char *close) {
    return fused ? open + ("dsa.fused = " + std::to_string(number)) + " : i64" + close : "";
  };
  return llvm::formatv(text, type({m, k}), type({n, k}), type({m, n}), type({k}),
                       attribute(0, ", ", ""), attribute(0, "{", "}"), attribute(1, "{", "}"),
                       attribute(2, ", ", ""), attribute(2, "{", "}"));
}

/// Rows that are no multiple of a tile, one row, one column, depths of several blocks, items that
/// compute all columns of their rows or a share of them.
TEST_F(Product, ProloguesHaveTheBitsOfTheirOwnKernels) {
  std::vector<Shape> sizes = {{500, 700, 40}, {1030, 300, 300}, {200, 1100, 24}};
  for (int64_t m : {1, 67})
    for (int64_t n : {1, 300})
      for (int64_t k : {1, 70, 300})
        sizes.push_back({m, n, k});
  for (const Shape &size : sizes) {
    int64_t m = size[0], n = size[1], k = size[2];
    std::vector<Tensor> arguments = {random({m, k}, 1), random({m, k}, 2), random({k}, 3),
                                     random({n, k}, 4), random({m, n}, 5)};
    auto separate = compile("cpu", prologues(m, n, k, false), /*fuse=*/false),
         together = compile("cpu", prologues(m, n, k, true));
    std::vector<Tensor> apart = run(separate.get(), arguments);
    for (int threads : {1, 2, 3, 8}) {
      std::vector<Tensor> fused = run(together.get(), arguments, threads);
      ASSERT_EQ(apart.size() + fused.size(), 6u);
      for (int i = 0; i < 3; ++i)
        EXPECT_EQ(std::memcmp(apart[i].data(), fused[i].data(), apart[i].bytes()), 0)
            << "result " << i << " of " << m << " x " << n << " x " << k << ", " << threads
            << " threads";
    }
  }
}

/// Row i of y for input row i and row m - 1 - i for the reversed input: the same bits.
TEST_F(Product, BitsOfARowDoNotDependOnItsPlace) {
  const int64_t m = 101, k = 300, n = 48;
  Tensor x = random({m, k}, 1), w = random({n, k}, 2), reversed(DType::F32, {m, k});
  for (int64_t i = 0; i < m; ++i)
    std::memcpy(reversed.data<float>() + i * k, x.data<float>() + (m - 1 - i) * k,
                k * sizeof(float));
  std::string text = binary("linear", {m, k}, {n, k}, {m, n});
  std::vector<Tensor> first = run("cpu", text, {x, w}, 1),
                      second = run("cpu", text, {reversed, w}, 3);
  ASSERT_EQ(first.size() + second.size(), 2u);
  for (int64_t i = 0; i < m; ++i)
    EXPECT_EQ(std::memcmp(first[0].data<float>() + i * n, second[0].data<float>() + (m - 1 - i) * n,
                          n * sizeof(float)),
              0)
        << "row " << i;
}

} // namespace
