// Every arm of every comparison is a network, at the size of each preset.
#include "experiments/StudyOptions.h"

#include "gtest/gtest.h"

#include <set>

using namespace dsa;

namespace {

const Comparison *const kAll[] = {&sparseVsClassic(), &latentSparse()};

TEST(Comparison, EveryArmIsANetworkAtEverySize) {
  for (const Comparison *comparison : kAll)
    for (llvm::StringRef preset : {"quick", "paper"}) {
      StudySettings settings = presetSettings(*comparison, preset);
      for (const Arm &arm : comparison->arms)
        for (int64_t length : settings.lengths) {
          auto model = modelOf(settings, arm, length);
          ASSERT_TRUE(bool(model)) << arm.name.str() << llvm::toString(model.takeError());
          EXPECT_EQ(model->indexer.trained, arm.trainsIndexer) << arm.name.str();
          EXPECT_EQ(model->hasIndexer(), arm.observes || arm.leaks) << arm.name.str();
          EXPECT_EQ(model->attention == AttentionKind::Published, arm.leaks) << arm.name.str();
        }
    }
}

TEST(Comparison, TheSmallestWidthIsANetwork) {
  for (const Comparison *comparison : kAll) {
    StudySettings settings = presetSettings(*comparison, "quick");
    settings.width = comparison->widthUnit;
    for (const Arm &arm : comparison->arms) {
      auto model = modelOf(settings, arm, 4);
      EXPECT_TRUE(bool(model)) << arm.name.str();
      llvm::consumeError(model.takeError());
    }
  }
}

TEST(Comparison, NamesAndColorsAreUnique) {
  for (const Comparison *comparison : kAll) {
    std::set<llvm::StringRef> names, colors;
    for (const Arm &arm : comparison->arms) {
      names.insert(arm.name);
      colors.insert(arm.color);
    }
    EXPECT_EQ(names.size(), comparison->arms.size());
    EXPECT_EQ(colors.size(), comparison->arms.size());
    EXPECT_EQ(findComparison(comparison->name), comparison);
  }
  EXPECT_EQ(findComparison("kernels"), nullptr);
  EXPECT_EQ(latentSparse().find("classic"), nullptr);
}

TEST(Comparison, ThePaperPresetIsThePublishedNetwork) {
  StudySettings settings = presetSettings(latentSparse(), "paper");
  EXPECT_TRUE(latentSparse().isPublishedNetwork(settings));
  auto model = modelOf(settings, latentSparse().arm("sparse-random"), 2048);
  ASSERT_TRUE(bool(model));
  EXPECT_EQ(llvm::formatv("{0}", toJson(*model)).str(), [&] {
    auto published = loadArmModel(latentSparse().arm("sparse-random"));
    published->batch = 1;
    published->length = 2048;
    return llvm::formatv("{0}", toJson(*published)).str();
  }());
  EXPECT_FALSE(latentSparse().isPublishedNetwork(presetSettings(latentSparse(), "quick")));
  EXPECT_TRUE(sparseVsClassic().isPublishedNetwork(presetSettings(sparseVsClassic(), "quick")));
}

TEST(Comparison, LatentRowsKeepTheirProportion) {
  StudySettings settings = presetSettings(latentSparse(), "quick");
  auto model = modelOf(settings, latentSparse().arm("sparse-keyed"), 64);
  ASSERT_TRUE(bool(model));
  EXPECT_EQ(model->width, 256);
  EXPECT_EQ(model->moe.width, 1024);
  EXPECT_EQ(model->latent->rank, 32);
  EXPECT_EQ(model->latent->queryRank, 0);
  EXPECT_EQ(model->latent->nope, 16);
  EXPECT_EQ(model->latent->rope, 16);
  EXPECT_EQ(model->latent->value, 32);
}

} // namespace
