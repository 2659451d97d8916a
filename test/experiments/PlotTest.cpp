// The SVG writer: well-formed, finite, and one mark per data point.
#include "experiments/Plot.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace dsa;

namespace {

/// True if every tag of `document` is closed in order and every attribute is quoted.
bool wellFormed(llvm::StringRef document) {
  llvm::SmallVector<llvm::StringRef> open;
  while (true) {
    size_t begin = document.find('<');
    if (document.substr(0, begin).contains('>'))
      return false;
    if (begin == llvm::StringRef::npos)
      return open.empty();
    size_t end = document.find('>', begin);
    if (end == llvm::StringRef::npos)
      return false;
    llvm::StringRef tag = document.slice(begin + 1, end);
    document = document.drop_front(end + 1);
    if (tag.count('"') % 2 != 0)
      return false;
    if (tag.consume_front("/")) {
      if (open.empty() || open.pop_back_val() != tag)
        return false;
    } else if (!tag.ends_with("/")) {
      open.push_back(tag.take_until([](char c) { return llvm::isSpace(c); }));
    }
  }
}

Panel curves() {
  return {"loss <now>",
          "step",
          "nats",
          {},
          {{"a", "red", {100, 200, 400}, {8.1, 6.4, 5.9}, {.1, .1, .2}},
           {"b & c", "blue", {100, 200, 400}, {8.0, 7.4, 6.9}, {}}},
          false};
}

Panel bars() {
  return {"accuracy",
          "L",
          "share",
          {"64", "128"},
          {{"a", "red", {}, {.043, .531}, {}}, {"b & c", "blue", {}, {0, -.1}, {}}},
          true};
}

TEST(Plot, IsWellFormed) {
  std::string page = drawPage("a < b & \"c\"", {curves(), bars()}, 2);
  EXPECT_TRUE(wellFormed(page)) << page;
  EXPECT_TRUE(llvm::StringRef(page).starts_with("<svg "));
}

TEST(Plot, HasOneMarkPerPoint) {
  EXPECT_EQ(llvm::StringRef(drawPage("t", {curves()}, 1)).count("class=\"mark\""), 6u);
  EXPECT_EQ(llvm::StringRef(drawPage("t", {curves(), bars()}, 1)).count("class=\"mark\""), 10u);
}

TEST(Plot, CoordinatesAreFinite) {
  Panel flat = curves();
  for (Series &series : flat.series)
    series.y = {0, 0, 0};
  Panel single{"one point", "x", "y", {}, {{"a", "red", {5}, {3}, {}}}, false};
  Panel empty{"nothing", "x", "y", {}, {}, false};
  std::string page = drawPage("t", {flat, single, empty}, 3);
  EXPECT_TRUE(wellFormed(page));
  EXPECT_EQ(page.find("nan"), std::string::npos);
  EXPECT_EQ(page.find("inf"), std::string::npos);
}

TEST(Plot, TicksAreRoundAndCoverTheRange) {
  std::vector<double> ticks = roundTicks(5.13, 8.41, 5);
  EXPECT_LE(ticks.front(), 5.13);
  EXPECT_GE(ticks.back(), 8.41);
  EXPECT_NEAR(ticks[1] - ticks[0], 1, 1e-12);
  for (auto [low, high] : {std::pair(0.0, 0.0), {3.0, 3.0}, {-2.0, 1e9}, {1e-9, 2e-9}}) {
    std::vector<double> some = roundTicks(low, high, 5);
    ASSERT_GE(some.size(), 2u);
    EXPECT_LE(some.size(), 12u);
    for (double tick : some)
      EXPECT_TRUE(std::isfinite(tick));
  }
}

} // namespace
