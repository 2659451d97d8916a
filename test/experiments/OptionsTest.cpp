// Options say what they expected and what came.
#include "experiments/StudyOptions.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

std::string errorOf(llvm::ArrayRef<llvm::StringRef> arguments) {
  auto options = parseStudyOptions(sparseVsClassic(), arguments);
  if (options)
    return "";
  return llvm::toString(options.takeError());
}

TEST(Options, QuickIsTheDefault) {
  auto options = parseStudyOptions(sparseVsClassic(), {});
  ASSERT_TRUE(bool(options));
  EXPECT_EQ(options->settings.vocabulary, 4096);
  EXPECT_EQ(options->settings.warmup, 40);
  EXPECT_EQ(options->settings.lengths, std::vector<int64_t>{64});
}

TEST(Options, AnOptionWinsOverThePreset) {
  auto options = parseStudyOptions(sparseVsClassic(),
                                   {"--steps=100", "--preset", "paper", "--lengths=128,64"});
  ASSERT_TRUE(bool(options));
  EXPECT_EQ(options->settings.steps, 100);
  EXPECT_EQ(options->settings.vocabulary, 49152);
  EXPECT_EQ(options->settings.init, "published");
  EXPECT_EQ(options->settings.lengths, (std::vector<int64_t>{64, 128}));
  EXPECT_FALSE(options->settings.clip.has_value());
}

TEST(Options, ThePublishedSplitOfThePaperKeepsItsTokens) {
  auto options = parseStudyOptions(sparseVsClassic(), {"--preset=paper", "--split=published"});
  ASSERT_TRUE(bool(options));
  EXPECT_EQ(options->settings.tokenLimit, 50000);
}

TEST(Options, WarmupFollowsTheSteps) {
  auto options = parseStudyOptions(sparseVsClassic(), {"--steps=20"});
  ASSERT_TRUE(bool(options));
  EXPECT_EQ(options->settings.warmup, 2);
  EXPECT_EQ(options->settings.indexerSteps, 5);
  EXPECT_EQ(options->settings.evaluateEvery, 20);
}

TEST(Options, TheWarmupOfTheIndexerMayBeGiven) {
  auto options = parseStudyOptions(sparseVsClassic(), {"--steps=20", "--warmup-indexer=0"});
  ASSERT_TRUE(bool(options));
  EXPECT_EQ(options->settings.indexerSteps, 0);
}

TEST(Options, OptionsMustAgree) {
  EXPECT_EQ(errorOf({"--batch=6", "--accumulate=4"}),
            "option --accumulate: expected a divisor of the 6 windows of an update, got 4");
  EXPECT_EQ(errorOf({"--weight-decay=.1"}),
            "option --weight-decay: expected 0 with the optimizer adam, got 0.1; adamw has one");
  EXPECT_EQ(errorOf({"--weight-decay=.1", "--optimizer=adamw"}), "");
  EXPECT_EQ(errorOf({"--width=40"}), "option --width: expected a multiple of 16, got 40");
  EXPECT_EQ(errorOf({"--resume=no/such"}),
            "expected an experiment in 'no/such', got none: no/such/state/settings.json: No such "
            "file or directory");
}

TEST(Options, NumbersAreChecked) {
  EXPECT_EQ(errorOf({"--dropout=1"}),
            "option --dropout: expected a number from 0 to 0.99, got '1'");
  EXPECT_EQ(errorOf({"--dropout=nan"}),
            "option --dropout: expected a number from 0 to 0.99, got 'nan'");
  EXPECT_EQ(errorOf({"--learning-rate=fast"}),
            "option --learning-rate: expected a number from 0 to 1e+30, got 'fast'");
  EXPECT_EQ(errorOf({"--keep=0"}), "option --keep: expected an integer from 1 to 1000000, got '0'");
}

TEST(Options, NamesWhatWasExpected) {
  EXPECT_EQ(errorOf({"--arms=classic,dense"}), "option --arms: expected one of classic, window, "
                                               "sparse-random, sparse, published, got 'dense'");
  EXPECT_EQ(errorOf({"--arms=classic,classic"}),
            "option --arms: expected each value once, got 'classic' twice");
  EXPECT_EQ(errorOf({"--steps=many"}),
            "option --steps: expected an integer from 1 to 10000000, got 'many'");
  EXPECT_EQ(errorOf({"--steps=0"}),
            "option --steps: expected an integer from 1 to 10000000, got '0'");
  EXPECT_EQ(errorOf({"--lengths=64,1"}),
            "option --lengths: expected an integer from 2 to 4096, got '1'");
  EXPECT_EQ(errorOf({"--out"}), "option --out: expected a value, got the end of the command");
  EXPECT_EQ(errorOf({"--help=yes"}), "option --help: expected no value, got 'yes'");
  EXPECT_NE(errorOf({"--stepz=3"}).find("got '--stepz=3'"), std::string::npos);
  EXPECT_NE(errorOf({"quick"}).find("got 'quick'"), std::string::npos);
}

} // namespace
