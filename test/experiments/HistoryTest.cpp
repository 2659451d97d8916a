// Two commits of a history: which rows count, which are slower, and what is refused.
#include "experiments/History.h"

#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

std::string line(llvm::StringRef commit, llvm::StringRef kernel, double share,
                 llvm::StringRef machine = "m") {
  return llvm::formatv("{{\"commit\":\"{0}\",\"machine\":\"{3}\",\"rows\":[{{\"kernel\":\"{1}\","
                       "\"shape\":\"8x8\",\"threads\":2,\"peak_fraction\":{2}}]}\n",
                       commit, kernel, share, machine);
}

std::string lines(llvm::StringRef commit, llvm::StringRef kernel, std::vector<double> shares) {
  std::string text;
  for (double share : shares)
    text += line(commit, kernel, share);
  return text;
}

std::vector<HistoryChange> changes(const std::string &text, HistoryQuery query = {.commit = "b"}) {
  auto found = compareHistory(text, query);
  if (found)
    return *found;
  ADD_FAILURE() << llvm::toString(found.takeError());
  return {};
}

std::string refusal(const std::string &text) {
  auto found = compareHistory(text, {.commit = "b"});
  return found ? "" : llvm::toString(found.takeError());
}

TEST(History, ComparesMedians) {
  auto found = changes(lines("a", "linear", {.8, .9, .1}) + lines("b", "linear", {.6, .7, .5}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].row, "linear 8x8, 2 threads");
  EXPECT_EQ(found[0].before.commit, "a");
  EXPECT_DOUBLE_EQ(found[0].ratio, .6 / .8);
  EXPECT_TRUE(found[0].slower);
}

TEST(History, TheThresholdCounts) {
  std::string text = lines("a", "linear", {.8, .8, .8}) + lines("b", "linear", {.77, .77, .77});
  EXPECT_FALSE(changes(text)[0].slower);
  EXPECT_TRUE(changes(text, {.commit = "b", .threshold = 3})[0].slower);
}

TEST(History, OneUndisturbedRunClearsARow) {
  EXPECT_FALSE(
      changes(lines("a", "linear", {.8, .8, .8}) + lines("b", "linear", {.5, .5, .8}))[0].slower);
}

TEST(History, TheNewestCommitBeforeIsCompared) {
  auto found = changes(lines("old", "linear", {.9, .9, .9}) + lines("a", "linear", {.5, .5, .5}) +
                       lines("b", "linear", {.5, .5, .5}) + lines("later", "linear", {1, 1, 1}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].before.commit, "a");
  EXPECT_FALSE(found[0].slower);
}

TEST(History, OtherMachinesAndNewRowsDoNotCount) {
  auto found = changes(line("a", "linear", .9, "other") + lines("a", "linear", {.5, .5, .5}) +
                       lines("b", "linear", {.5, .5, .5}) + lines("b", "top_k", {.1, .1, .1}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].before.peakFractions.size(), 3u);
}

TEST(History, Refusals) {
  EXPECT_EQ(refusal(""), "expected benchmarks of the commit b, got none: record them with dsa-lab "
                         "kernels --record");
  EXPECT_EQ(refusal(lines("a", "linear", {.5, .5, .5}) + lines("b", "linear", {.5, .5})),
            "expected rows with 3 runs of the commit b and of one before it on the same machine, "
            "got none");
  EXPECT_EQ(refusal(line("a", "linear", .5) + "\n{\"commit\":\"b\"}\n"),
            "line 3: expected an object with commit, machine and rows");
  EXPECT_EQ(refusal(line("b", "linear", 0)), "line 1: expected rows with kernel, shape, threads "
                                             "and a peak_fraction above 0");
  EXPECT_EQ(refusal("{").substr(0, 22), "line 1: expected JSON,");
}

} // namespace
