// Settings survive a file, and a changed one is named.
#include "experiments/SparseVsClassic.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

std::string textOf(const StudySettings &settings) {
  return llvm::formatv("{0}", llvm::json::Value(toJson(settings)));
}

std::string errorOf(llvm::StringRef text) {
  auto settings = parseStudySettings(text);
  return settings ? "" : llvm::toString(settings.takeError());
}

TEST(StudySettings, ComeBackAsTheyWere) {
  for (llvm::StringRef preset : {"quick", "paper"}) {
    StudySettings settings = presetSettings(preset);
    settings.rate = 1. / 3;
    auto read = parseStudySettings(textOf(settings));
    ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
    EXPECT_EQ(textOf(*read), textOf(settings));
    EXPECT_EQ(read->clip, settings.clip);
    EXPECT_EQ(read->rate, settings.rate);
  }
}

TEST(StudySettings, ADamagedFileIsNamed) {
  std::string text = textOf(presetSettings("quick"));
  EXPECT_NE(errorOf(llvm::StringRef(text).drop_back()), "");
  EXPECT_NE(errorOf("{}").find("missing value at settings.preset"), std::string::npos)
      << errorOf("{}");
  llvm::StringRef inside = llvm::StringRef(text).drop_front();
  EXPECT_EQ(errorOf(("{\"speed\":1," + inside).str()), "expected known settings only, got 'speed'");
}

TEST(StudySettings, OnlyTheThreadsMayChange) {
  StudySettings begun = presetSettings("quick"), now = begun;
  now.threads = 77;
  EXPECT_FALSE(bool(compareSettings(begun, now)));
  now.steps = 401;
  EXPECT_EQ(llvm::toString(compareSettings(begun, now)),
            "setting steps: expected 400, with which the experiment began, got 401");
  now = begun;
  now.clip.reset();
  EXPECT_EQ(llvm::toString(compareSettings(begun, now)),
            "setting clip: expected 1, with which the experiment began, got null");
}

TEST(StudySettings, SeedsFollowTheFirst) {
  StudySettings settings;
  settings.seeds = 3;
  settings.firstSeed = 7;
  EXPECT_EQ(settings.seedList(), (std::vector<int64_t>{7, 8, 9}));
}

} // namespace
