// Settings survive a file, and a changed one is named.
#include "experiments/StudyOptions.h"

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
    StudySettings settings = presetSettings(sparseVsClassic(), preset);
    settings.rate = 1. / 3;
    auto read = parseStudySettings(textOf(settings));
    ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
    EXPECT_EQ(textOf(*read), textOf(settings));
    EXPECT_EQ(read->clip, settings.clip);
    EXPECT_EQ(read->rate, settings.rate);
  }
}

TEST(StudySettings, ADamagedFileIsNamed) {
  std::string text = textOf(presetSettings(sparseVsClassic(), "quick"));
  EXPECT_NE(errorOf(llvm::StringRef(text).drop_back()), "");
  EXPECT_NE(errorOf("{}").find("missing value at settings.preset"), std::string::npos)
      << errorOf("{}");
  llvm::StringRef inside = llvm::StringRef(text).drop_front();
  EXPECT_EQ(errorOf(("{\"speed\":1," + inside).str()), "expected known settings only, got 'speed'");
}

TEST(StudySettings, WhatOlderExperimentsLackIsAsTheyRan) {
  llvm::json::Object object = toJson(presetSettings(sparseVsClassic(), "paper"));
  for (llvm::StringRef later : {"question", "update_tokens", "expert_width"})
    EXPECT_TRUE(object.erase(later)) << later.str();
  auto read = parseStudySettings(llvm::formatv("{0}", llvm::json::Value(std::move(object))).str());
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(textOf(*read), textOf(presetSettings(sparseVsClassic(), "paper")));
}

TEST(StudySettings, QuestionsAndArmsMustExist) {
  StudySettings settings = presetSettings(latentSparse(), "quick");
  EXPECT_EQ(errorOf(textOf(settings)), "");
  settings.arms.push_back("classic");
  EXPECT_EQ(errorOf(textOf(settings)), "expected an arm of latent-sparse, got 'classic'");
  settings.question = "kernels";
  EXPECT_EQ(errorOf(textOf(settings)), "expected a question that trains arms, got 'kernels'");
}

TEST(StudySettings, LongerWindowsMakeAnUpdateHoldFewer) {
  StudySettings settings = presetSettings(latentSparse(), "paper");
  std::vector<int64_t> batches;
  for (int64_t length : settings.lengths)
    batches.push_back(settings.batchAt(length));
  EXPECT_EQ(batches, (std::vector<int64_t>{8, 8, 8, 2, 1})); // as published
  EXPECT_EQ(settings.batchAt(4096), 1);
  settings.updateTokens = 0;
  EXPECT_EQ(settings.batchAt(4096), 8);
}

TEST(StudySettings, OnlyTheThreadsMayChange) {
  StudySettings begun = presetSettings(sparseVsClassic(), "quick"), now = begun;
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
