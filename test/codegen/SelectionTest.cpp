// Selection on the cpu target: what one kernel of scores and selection chooses is what two choose,
// and what sorting says, on rows that are hard to select from.
#include "codegen/Registration.h"
#include "codegen/Target.h"
#include "codegen/cpu/VectorIsa.h"
#include "runtime/KernelExecutable.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace dsa;

namespace {

enum class Rows { Noise, Ties, Equal, Rising, Falling, Zeros, Negative };

struct Case {
  int64_t batch, queries, keys, heads, depth, k;
  bool causal = true, fill = false, segments = false;
  int32_t offset = 0;
};

class Selection : public testing::Test {
protected:
  /// Indices, and scores too if `scores`: then they are read elsewhere, which keeps kernels apart.
  static std::string module(const Case &c, bool scores) {
    auto type = [](std::vector<int64_t> shape, const char *element) {
      std::string text = "tensor<";
      for (int64_t size : shape)
        text += std::to_string(size) + "x";
      return text + element + ">";
    };
    std::string q = type({c.batch, c.queries, c.heads, c.depth}, "f32"),
                k = type({c.batch, c.keys, c.depth}, "f32"),
                w = type({c.batch, c.queries, c.heads}, "f32"),
                s = type({c.batch, c.queries, c.keys}, "f32"),
                i = type({c.batch, c.queries, c.k}, "i32"), qs = type({c.batch, c.queries}, "i32"),
                ks = type({c.batch, c.keys}, "i32");
    std::string fill =
        llvm::formatv("  %f = dsa.fill_future %s offset(%o) {{value = -1.0e9 : f64} : "
                      "({0}, tensor<i32>) -> {0}\n",
                      s);
    std::string choice = llvm::formatv(
        "  %i = dsa.top_k {0} offset(%o){1} {{k = {2} : i64{3}} : ({4}, tensor<i32>{5}) -> {6}\n",
        c.fill ? "%f" : "%s", c.segments ? " segments(%qs, %ks)" : "", c.k,
        c.causal ? ", causal" : "", s, c.segments ? ", " + qs + ", " + ks : "", i);
    return llvm::formatv(
        "func.func @main(%q: {0}, %k: {1}, %w: {2}, %o: tensor<i32>, %qs: {3}, %ks: {4}) -> "
        "({5}{6}) {{\n  %s = dsa.index_scores %q, %k, %w {{scale = 0.25 : f64} : ({0}, {1}, {2}) "
        "-> {7}\n{8}{9}  return %i{10} : {5}{6}\n}",
        q, k, w, qs, ks, i, scores ? ", " + s : "", s, c.fill ? fill : "", choice,
        scores ? ", %s" : "");
  }

  static Tensor filled(const std::vector<int64_t> &shape, llvm::function_ref<float(int64_t)> at) {
    Tensor tensor(DType::F32, shape);
    for (int64_t i = 0; i < tensor.numElements(); ++i)
      tensor.data<float>()[i] = at(i);
    return tensor;
  }

  static Tensor segmentsOf(const std::vector<int64_t> &shape) {
    Tensor tensor(DType::I32, shape);
    for (int64_t i = 0; i < tensor.numElements(); ++i)
      tensor.data<int32_t>()[i] = static_cast<int32_t>(i % shape[1] * 3 / shape[1]);
    return tensor;
  }

  static std::vector<Tensor> inputs(const Case &c, Rows rows) {
    std::mt19937 engine(17);
    std::normal_distribution<float> normal;
    std::uniform_int_distribution<int> few(-2, 2);
    auto noise = [&](int64_t) { return normal(engine); };
    auto small = [&](int64_t) { return static_cast<float>(few(engine)); };
    auto one = [](int64_t) { return 1.0F; };
    auto key = [&](int64_t i) { return static_cast<float>(i / c.depth % c.keys); };
    std::vector<int64_t> q = {c.batch, c.queries, c.heads, c.depth}, k = {c.batch, c.keys, c.depth},
                         w = {c.batch, c.queries, c.heads};
    std::vector<Tensor> result;
    if (rows == Rows::Noise)
      result = {filled(q, noise), filled(k, noise), filled(w, noise)};
    else if (rows == Rows::Ties)
      result = {filled(q, small), filled(k, small), filled(w, small)};
    else if (rows == Rows::Negative)
      result = {filled(q, noise), filled(k, noise),
                filled(w, [&](int64_t i) { return -std::abs(noise(i)); })};
    else
      result = {filled(q, one),
                filled(k,
                       [&](int64_t i) {
                         float s = key(i), n = static_cast<float>(c.keys);
                         return rows == Rows::Equal    ? 1.0F
                                : rows == Rows::Rising ? (s + 1) / n
                                : rows == Rows::Zeros  ? (std::fmod(s, 19.0F) == 3 ? s + 1 : -1.0F)
                                                       : (n - s) / n;
                       }),
                filled(w, one)};
    Tensor offset(DType::I32, {});
    *offset.data<int32_t>() = c.offset;
    result.push_back(offset);
    result.push_back(segmentsOf({c.batch, c.queries}));
    result.push_back(segmentsOf({c.batch, c.keys}));
    return result;
  }

  std::unique_ptr<Executable> compile(const Case &c, bool scores, llvm::StringRef vector = "") {
    std::string text = module(c, scores);
    auto parsed = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(parsed) << text;
    CompileOptions options;
    options.vector = vector.str();
    return llvm::cantFail(llvm::cantFail(lookupTarget("cpu"))->compile(*parsed, "main", options));
  }

  static llvm::SmallVector<Tensor> run(Executable &executable, const std::vector<Tensor> &arguments,
                                       int threads) {
    ThreadPool pool(threads);
    RunOptions options{&pool};
    llvm::SmallVector<Tensor> results;
    llvm::cantFail(executable.run(arguments, results, options));
    return results;
  }

  /// What sorting chooses for row (batch, t) of scores.
  static std::vector<int32_t> sorted(const Case &c, const float *scores, int64_t batch, int64_t t,
                                     const std::vector<Tensor> &arguments) {
    std::vector<int32_t> order;
    const auto *own = arguments[4].data<int32_t>(), *other = arguments[5].data<int32_t>();
    for (int64_t s = 0; s < c.keys; ++s)
      if ((!c.causal || s <= t + c.offset) &&
          (!c.segments || own[batch * c.queries + t] == other[batch * c.keys + s]))
        order.push_back(static_cast<int32_t>(s));
    auto score = [&](int32_t s) { return c.fill && s > t + c.offset ? -1.0e9F : scores[s]; };
    std::sort(order.begin(), order.end(), [&](int32_t x, int32_t y) {
      return score(x) > score(y) || (score(x) == score(y) && x < y);
    });
    order.resize(std::min<size_t>(order.size(), static_cast<size_t>(c.k)));
    std::sort(order.begin(), order.end());
    order.resize(static_cast<size_t>(c.k), -1);
    return order;
  }

  void check(const Case &c) {
    for (const cpu::VectorIsa &isa : cpu::VectorIsa::all())
      if (isa.lanes <= cpu::VectorIsa::ofHost().lanes)
        check(c, isa.name);
  }

  void check(const Case &c, llvm::StringRef vector) {
    SCOPED_TRACE(vector.str());
    auto fused = compile(c, false, vector), apart = compile(c, true, vector);
    auto launches = static_cast<KernelExecutable &>(*fused).launches();
    ASSERT_EQ(launches.size(), 1U) << module(c, false);
    EXPECT_EQ(launches[0].name, "index_scores_top_k_0");
    for (Rows rows : {Rows::Noise, Rows::Ties, Rows::Equal, Rows::Rising, Rows::Falling,
                      Rows::Zeros, Rows::Negative}) {
      std::vector<Tensor> arguments = inputs(c, rows);
      auto both = run(*apart, arguments, 2);
      auto alone = run(*fused, arguments, 1), shared = run(*fused, arguments, 2);
      for (int64_t row = 0; row < c.batch * c.queries; ++row) {
        auto chosen = [&](const Tensor &tensor) {
          const auto *first = tensor.data<int32_t>() + row * c.k;
          return std::vector<int32_t>(first, first + c.k);
        };
        auto expected = sorted(c, both[1].data<float>() + row * c.keys, row / c.queries,
                               row % c.queries, arguments);
        ASSERT_EQ(chosen(both[0]), expected) << "apart, kind " << int(rows) << ", row " << row;
        ASSERT_EQ(chosen(alone[0]), expected) << "fused, kind " << int(rows) << ", row " << row;
        ASSERT_EQ(chosen(shared[0]), expected) << "shared, kind " << int(rows) << ", row " << row;
      }
    }
  }

  /// The message of a run of the fused kernel with `value` in element `element` of input `input`.
  std::string messageWith(const Case &c, size_t input, int64_t element, float value) {
    auto executable = compile(c, false);
    std::vector<Tensor> arguments = inputs(c, Rows::Noise);
    arguments[input].data<float>()[element] = value;
    ThreadPool pool(1);
    RunOptions options{&pool};
    llvm::SmallVector<Tensor> results;
    return llvm::toString(executable->run(arguments, results, options));
  }

  Selection() {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
  }
  mlir::MLIRContext context;
};

TEST_F(Selection, OddSizes) {
  check({2, 37, 37, 3, 5, 4});
  check({1, 1, 1, 1, 1, 1});
  check({1, 65, 65, 8, 17, 64});
  check({2, 19, 19, 17, 6, 3});
}

TEST_F(Selection, OneOfMany) {
  check({1, 700, 700, 1, 3, 1});
}

TEST_F(Selection, MoreThanThereAre) {
  check({1, 21, 21, 2, 4, 21});
  check({1, 21, 21, 2, 4, 50});
}

TEST_F(Selection, RowsThatOutgrowTheirPlace) {
  check({1, 1500, 1500, 1, 3, 300});
  check({1, 40, 3001, 4, 2, 100, /*causal=*/false});
  check({1, 18, 2500, 2, 8, 40, /*causal=*/true, /*fill=*/false, /*segments=*/false, 2482});
}

TEST_F(Selection, Segments) {
  check({2, 61, 61, 2, 4, 7, /*causal=*/true, /*fill=*/false, /*segments=*/true});
  check({1, 33, 1900, 2, 4, 70, /*causal=*/false, /*fill=*/false, /*segments=*/true});
}

TEST_F(Selection, FilledFuture) {
  check({1, 90, 90, 3, 4, 17, /*causal=*/false, /*fill=*/true});
  check({1, 50, 1400, 1, 4, 200, /*causal=*/false, /*fill=*/true, /*segments=*/false, 700});
  check({1, 30, 30, 1, 4, 9, /*causal=*/true, /*fill=*/true});
}

TEST_F(Selection, OffsetsBeforeTheFirstKey) {
  check({1, 23, 23, 2, 3, 5, /*causal=*/true, /*fill=*/false, /*segments=*/false, -9});
}

TEST_F(Selection, NanIsAnError) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN(),
                  kInfinity = std::numeric_limits<float>::infinity();
  Case c{1, 40, 40, 2, 4, 3};
  EXPECT_NE(messageWith(c, 2, 2 * 17, kNan).find("row 17"), std::string::npos);
  EXPECT_NE(messageWith(c, 0, 2 * 4 * 23, kNan).find("row 23"), std::string::npos);
  EXPECT_NE(messageWith(c, 1, 4 * 39, kNan).find("row 39"), std::string::npos);
  // Also where all visible keys are chosen, so that nothing is ranked, and where rows are long.
  Case all{1, 40, 40, 2, 4, 40}, few{1, 30, 2000, 2, 4, 3, /*causal=*/false};
  EXPECT_NE(messageWith(all, 2, 2 * 17, kNan).find("row 17"), std::string::npos);
  EXPECT_NE(messageWith(all, 2, 2 * 17, kInfinity).find("row 17"), std::string::npos);
  EXPECT_NE(messageWith(few, 0, 2 * 4 * 29, kNan).find("row 29"), std::string::npos);
  EXPECT_EQ(messageWith(c, 2, 0, 1.0F), "");
}

} // namespace
