// Choices judged by scores: what may differ, what may not, and in which words.
#include "frontend/Choices.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

Tensor integers(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<double> values) {
  return Tensor::fromDoubles(DType::I32, shape, values);
}

TensorSpec specOf(const std::string &name, const Tensor &tensor) {
  return {name, "input", tensor.dtype(), tensor.shape().vec()};
}

/// The verdict about one row that holds `made` where the judge holds `own`; "ok" if there is none.
std::string verdict(const std::string &name, llvm::ArrayRef<double> made,
                    llvm::ArrayRef<double> own, llvm::ArrayRef<double> scores) {
  int64_t k = static_cast<int64_t>(own.size());
  Tensor mine = integers({1, 1, k}, own);
  std::vector<TensorSpec> specs = {specOf(name, mine)};
  std::vector<Tensor> results = {mine};
  if (!scores.empty()) {
    results.push_back(
        Tensor::fromDoubles(DType::F32, {1, 1, static_cast<int64_t>(scores.size())}, scores));
    bool routes = name.find("route") != std::string::npos;
    specs.push_back(specOf(name + (routes ? ".probabilities" : ".scores"), results.back()));
  }
  std::string text;
  llvm::raw_string_ostream output(text);
  int64_t wrong =
      judgeChoices(specs, results, {{name, integers({1, 1, k}, made)}}, std::nullopt, output);
  EXPECT_EQ(wrong, llvm::StringRef(text).contains("DIFFERS")) << text;
  return text.empty() ? "ok" : text;
}

const double kInfinity = std::numeric_limits<double>::infinity();

TEST(Choices, EqualSetsNeedNoWord) {
  EXPECT_EQ(verdict("choice.top_k.0", {0, 2, -1}, {0, 2, -1}, {3, 1, 2}), "ok");
}

TEST(Choices, EntriesAtTheBoundaryMayDiffer) {
  EXPECT_EQ(verdict("choice.top_k.0", {0, 3}, {0, 2}, {9, 1, 2.00001, 2}),
            "choice.top_k.0 i32[1x1x2]: ok, 1 of 1 rows chose otherwise within tolerance\n");
}

TEST(Choices, EntriesFarFromTheBoundaryMayNot) {
  EXPECT_EQ(verdict("choice.top_k.1", {0, 3}, {0, 2}, {9, 1, 2.5, 2}),
            "choice.top_k.1 i32[1x1x2]: DIFFERS, row 0: expected entry 2 of score 2.5, "
            "got entry 3 of score 2\n");
}

TEST(Choices, ManySmallStepsAreNoSmallStep) {
  // Each neighbour is within tolerance, but the best of all was left for the fourth.
  double step = 5e-5;
  std::string text =
      verdict("choice.top_k.0", {1, 2, 3}, {0, 1, 2}, {1 + 4 * step, 1 + 2 * step, 1 + step, 1});
  EXPECT_NE(text.find("expected entry 0 of score 1.0002"), std::string::npos) << text;
}

TEST(Choices, KeysOutOfSightMayNeverBeTaken) {
  std::string text = verdict("choice.top_k.0", {0, 2}, {0, 1}, {1, 1, -kInfinity});
  EXPECT_NE(text.find("got entry 2 of score -inf"), std::string::npos) << text;
}

TEST(Choices, RowsHaveTheirForm) {
  llvm::SmallVector<double> scores = {4, 4, 4, 4};
  EXPECT_NE(verdict("choice.top_k.0", {1, 0}, {0, 1}, scores).find("expected ascending indices"),
            std::string::npos);
  EXPECT_NE(verdict("choice.top_k.0", {0, 0}, {0, 1}, scores).find("expected ascending indices"),
            std::string::npos);
  EXPECT_NE(verdict("choice.top_k.0", {0, -1}, {0, 1}, scores).find("expected 2 entries, got 1"),
            std::string::npos);
  EXPECT_NE(verdict("choice.top_k.0", {-1, 1}, {0, 1}, scores).find("-1 only at the end"),
            std::string::npos);
  EXPECT_NE(verdict("choice.route.0", {2, 2}, {2, 3}, {.25, .25, .25, .25}).find("got 2 twice"),
            std::string::npos);
}

TEST(Choices, TheOrderOfExpertsCounts) {
  EXPECT_NE(verdict("choice.route.0", {1, 0}, {0, 1}, {.6, .4}).find("row 0: expected entry 0"),
            std::string::npos);
  EXPECT_NE(verdict("choice.route.0", {1, 0}, {0, 1}, {.500001, .499999}).find("within tolerance"),
            std::string::npos);
  // Of probabilities too small for f32 nothing can be said.
  EXPECT_NE(verdict("choice.route.0", {0, 2}, {0, 1}, {1, 0, 0}).find("DIFFERS"),
            std::string::npos);
}

TEST(Choices, GivenScoresLeaveNoChoice) {
  EXPECT_EQ(verdict("choice.top_k.0", {0, 2}, {0, 1}, {}),
            "choice.top_k.0 i32[1x1x2]: DIFFERS, row 0: expected [0, 1] of the given scores, "
            "got [0, 2]\n");
}

TEST(Choices, AReplayNeedsEveryChoice) {
  Tensor choice = integers({1, 2, 2}, {0, -1, 0, 1});
  TensorSpec spec = specOf("choice.top_k.0", choice);
  EXPECT_FALSE(llvm::errorToBool(checkChoices({spec}, {{spec.name, choice}})));
  EXPECT_EQ(llvm::toString(checkChoices({spec}, {})),
            "expected a choice 'choice.top_k.0' to replay, got none");
  EXPECT_EQ(llvm::toString(checkChoices({spec}, {{spec.name, integers({1, 2, 2}, {0, -1, 1, 0})}})),
            "choice.top_k.0 row 1: expected ascending indices, got 0 after 1");
}

} // namespace
