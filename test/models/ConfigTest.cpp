// Model descriptions: defaults, round trip, and one sentence for every mistake.
#include "models/Config.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

/// The message of a description that must not be accepted.
std::string mistakeOf(llvm::StringRef text) {
  llvm::Expected<ModelConfig> config = parseModelConfig(text);
  return config ? "accepted" : llvm::toString(config.takeError());
}

TEST(ConfigTest, EmptyDescriptionIsThePublishedSize) {
  llvm::Expected<ModelConfig> config = parseModelConfig("{}");
  ASSERT_TRUE(bool(config));
  EXPECT_EQ(config->vocab, 49152);
  EXPECT_EQ(config->width, 256);
  EXPECT_EQ(config->attention, AttentionKind::Dense);
  EXPECT_EQ(config->selectedKeys(), 64);
}

TEST(ConfigTest, SelectedKeysFollowTheLength) {
  ModelConfig config;
  config.length = 65;
  EXPECT_EQ(config.selectedKeys(), 32);
  config.length = 1;
  EXPECT_EQ(config.selectedKeys(), 1);
  config.k = 7;
  EXPECT_EQ(config.selectedKeys(), 7);
}

TEST(ConfigTest, WhatIsWrittenIsRead) {
  ModelConfig config;
  config.name = "other";
  config.attention = AttentionKind::Sparse;
  config.k = 12;
  config.indexer = {2, 16, 0.25, 8, true};
  config.latent = LatentConfig{32, 48, 16, 8, 24};
  config.ropeScaling =
      RopeScalingConfig{RopeScalingConfig::Kind::Yarn, 40.0, 512, 16.0, 2.0, 0.5, 0.25};
  config.moe.experts = 8;
  config.dropout = 0.0;
  std::string text = llvm::formatv("{0}", toJson(config));
  llvm::Expected<ModelConfig> read = parseModelConfig(text);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(toJson(*read), toJson(config));
}

TEST(ConfigTest, MistakesNameTheFieldWhatWasExpectedAndWhatCame) {
  EXPECT_EQ(mistakeOf("[1]"), "expected a JSON object, got [1]");
  EXPECT_EQ(mistakeOf(R"({"width": "wide"})"), "expected 'width' to be an integer, got \"wide\"");
  EXPECT_EQ(mistakeOf(R"({"moe": 3})"), "expected 'moe' to be an object, got 3");
  EXPECT_EQ(mistakeOf(R"({"moe": {"active": 1.5}})"),
            "expected 'moe.active' to be an integer, got 1.5");
  EXPECT_EQ(mistakeOf(R"({"attention": "local"})"),
            "expected 'attention' to be \"dense\", \"sparse\", \"sparse-published\" or "
            "\"window\", got \"local\"");
  EXPECT_EQ(mistakeOf(R"({"indexer": {"heads": 4, "depth": 2}})"),
            "expected one of the fields heads, width, scale, rope, trained, got 'indexer.depth'");
  EXPECT_EQ(mistakeOf(R"({"k": 4, "k_fraction": 0.5})"),
            "expected one of the fields k and k_fraction, got both");
}

TEST(ConfigTest, ImpossibleValuesAreOneSentence) {
  EXPECT_EQ(mistakeOf(R"({"k": 0})"), "expected k >= 1, got 0");
  EXPECT_EQ(mistakeOf(R"({"k_fraction": 0})"), "expected 0 < k_fraction <= 1, got 0");
  EXPECT_EQ(mistakeOf(R"({"length": 0})"), "expected 1 <= length <= 1048576, got 0");
  EXPECT_EQ(mistakeOf(R"({"width": 100, "heads": 8})"),
            "expected width to be a multiple of heads, got 100 and 8");
  EXPECT_EQ(mistakeOf(R"({"width": 24, "heads": 8})"),
            "expected an even head width for rotary positions, got 24 / 8 = 3");
  EXPECT_EQ(mistakeOf(R"({"moe": {"experts": 2, "active": 3}})"),
            "expected moe.active <= moe.experts, got 3 and 2");
  EXPECT_EQ(mistakeOf(R"({"indexer": {"rope": 3}})"),
            "expected indexer.rope to be an even number of the 64 columns, got 3");
  EXPECT_EQ(mistakeOf(R"({"indexer": {"scale": 0}})"), "expected indexer.scale > 0, got 0");
  EXPECT_EQ(mistakeOf(R"({"indexer": {"trained": 1}})"),
            "expected 'indexer.trained' to be true or false, got 1");
  EXPECT_EQ(mistakeOf(R"({"attention": "window", "indexer": {"trained": true}})"),
            "expected the attention sparse for a trained indexer, got window");
  EXPECT_EQ(mistakeOf(R"({"dropout": 1})"), "expected 0 <= dropout < 1, got 1");
  EXPECT_EQ(mistakeOf(R"({"balance_weight": -1})"), "expected balance_weight >= 0, got -1");
}

TEST(ConfigTest, LatentAttentionNeedsNoHeadWidth) {
  EXPECT_EQ(mistakeOf(R"({"width": 100, "heads": 8, "latent": {"rope": 6}})"), "accepted");
  EXPECT_EQ(mistakeOf(R"({"latent": {"rope": 7}})"),
            "expected an even latent.rope for rotary positions, got 7");
  EXPECT_EQ(mistakeOf(R"({"latent": {"rank": 0}})"), "expected 1 <= latent.rank <= 1048576, got 0");
  EXPECT_EQ(mistakeOf(R"({"latent": {"nope": -1}})"),
            "expected 0 <= latent.nope <= 1048576, got -1");
  EXPECT_EQ(mistakeOf(R"({"latent": {"width": 8}})"),
            "expected one of the fields rank, query_rank, nope, rope, value, got 'latent.width'");
}

TEST(ConfigTest, RopeScalingIsOfOneKind) {
  EXPECT_EQ(mistakeOf(R"({"rope_scaling": {"kind": "ntk"}})"),
            "expected 'rope_scaling.kind' to be \"linear\", \"dynamic\" or \"yarn\", got \"ntk\"");
  EXPECT_EQ(mistakeOf(R"({"rope_scaling": {"factor": 0.5}})"),
            "expected rope_scaling.factor >= 1, got 0.5");
  EXPECT_EQ(mistakeOf(R"({"rope_scaling": {"original_length": 0}})"),
            "expected 1 <= rope_scaling.original_length <= 1048576, got 0");
  EXPECT_EQ(mistakeOf(R"({"rope_scaling": {"beta_slow": 64}})"),
            "expected 0 < rope_scaling.beta_slow < rope_scaling.beta_fast, got 64 and 32");
  EXPECT_EQ(mistakeOf(R"({"rope_scaling": {"mscale": -1}})"),
            "expected rope_scaling.mscale and mscale_all_dim >= 0, got -1 and 0");
  EXPECT_EQ(
      mistakeOf(R"({"width": 4, "heads": 2, "rope_scaling": {"kind": "dynamic", "factor": 2}})"),
      "expected at least 4 rotated columns for dynamic rope_scaling, got 2");
}

TEST(ConfigTest, MissingFileIsNamed) {
  llvm::Expected<ModelConfig> config = loadModelConfig("no/such/model.json");
  ASSERT_FALSE(bool(config));
  EXPECT_EQ(llvm::toString(config.takeError()),
            "no/such/model.json: expected a model description, got: No such file or directory");
}

} // namespace
