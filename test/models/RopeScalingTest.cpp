// Rotary positions beyond the trained length, against numbers worked out by hand.
#include "models/RopeScaling.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace dsa;

namespace {

using Kind = RopeScalingConfig::Kind;

/// 128 heads whose 64 rotated columns stand behind 128 others, trained on 4096 tokens.
ModelConfig large(RopeScalingConfig scaling) {
  ModelConfig config;
  config.width = 7168;
  config.heads = 128;
  config.length = 8192;
  config.latent = LatentConfig{512, 1536, 128, 64, 128};
  config.ropeScaling = scaling;
  return config;
}

} // namespace

TEST(RopeScalingTest, WithoutItColumnsTurnAsTheBaseSays) {
  ModelConfig config;
  Rotation rotation = rotationOf(config, 0);
  EXPECT_EQ(rotation.width, 32);
  EXPECT_EQ(rotation.base, 10000.0);
  EXPECT_EQ(rotation.factor, 1.0);
  EXPECT_FALSE(rotation.ramp);
  EXPECT_EQ(softmaxGrowth(config), 1.0);
}

TEST(RopeScalingTest, LinearSlowsEveryPair) {
  Rotation rotation = rotationOf(large({.kind = Kind::Linear, .factor = 4.0}), 128);
  EXPECT_EQ(rotation.first, 128);
  EXPECT_EQ(rotation.width, 64);
  EXPECT_EQ(rotation.factor, 4.0);
  EXPECT_FALSE(rotation.ramp);
}

TEST(RopeScalingTest, DynamicRaisesTheBaseBeyondTheTrainedLength) {
  ModelConfig config = large({.kind = Kind::Dynamic, .factor = 2.0});
  EXPECT_NEAR(rotationOf(config, 0).base, 31082.236667, 1e-6); // 1e4 3^(64 / 62)
  EXPECT_EQ(rotationOf(config, 0).factor, 1.0);
  config.length = 4096;
  EXPECT_EQ(rotationOf(config, 0).base, 10000.0);
}

TEST(RopeScalingTest, YarnOfTheLargeModel) {
  ModelConfig config =
      large({.kind = Kind::Yarn, .factor = 40.0, .mscale = 1.0, .mscaleAllDim = 1.0});
  Rotation rotation = rotationOf(config, 128);
  ASSERT_TRUE(rotation.ramp);
  EXPECT_EQ((*rotation.ramp)[0], 10); // 10.47 and 22.51 pairs turn 32 times and once
  EXPECT_EQ((*rotation.ramp)[1], 23);
  EXPECT_EQ(rotation.magnitude, 1.0);
  EXPECT_NEAR(softmaxGrowth(config) / std::sqrt(192.0), 0.135233779, 1e-9);
}

TEST(RopeScalingTest, YarnGrowsTheColumnsUnlessItGrowsTheScores) {
  ModelConfig config = large({.kind = Kind::Yarn, .factor = 40.0});
  EXPECT_NEAR(rotationOf(config, 0).magnitude, 1.368887945, 1e-9);
  EXPECT_EQ(softmaxGrowth(config), 1.0);
}

TEST(RopeScalingTest, YarnRampStaysWithinTheColumns) {
  ModelConfig config;
  config.width = 16;
  config.heads = 2;
  config.ropeBase = 100.0;
  config.ropeScaling = RopeScalingConfig{.kind = Kind::Yarn, .factor = 2.0, .originalLength = 64};
  Rotation rotation = rotationOf(config, 0); // pairs -0.99 and 2.02
  EXPECT_EQ((*rotation.ramp)[0], 0);
  EXPECT_EQ((*rotation.ramp)[1], 3);
}
