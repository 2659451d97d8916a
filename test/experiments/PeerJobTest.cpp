// What a peer prints, read back or refused.
#include "experiments/PeerJob.h"

#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

std::string refusal(llvm::StringRef text) {
  auto result = parsePeerResult(text);
  return result ? "" : llvm::toString(result.takeError());
}

TEST(PeerJob, AResultReadsBack) {
  PeerResult result{"torch 2", 12.5, 1 << 20, 8.5, 1e-3, 77, "", ""};
  auto read = parsePeerResult(llvm::formatv("{0}", toJson(result)).str());
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->version, "torch 2");
  EXPECT_EQ(read->milliseconds, 12.5);
  EXPECT_EQ(read->peakBytes, 1 << 20);
  EXPECT_EQ(read->loss, 8.5);
  EXPECT_EQ(read->updateDifference, 1e-3);
  EXPECT_EQ(read->flops, 77);
}

TEST(PeerJob, WhoIsMissingMeasuredNothing) {
  auto read = parsePeerResult(R"({"missing": "jax", "install": "pip install jax"})");
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->missing, "jax");
  EXPECT_EQ(read->install, "pip install jax");
}

TEST(PeerJob, Refusals) {
  EXPECT_EQ(refusal("no").substr(0, 14), "expected JSON,");
  EXPECT_EQ(refusal("[]"), "expected object when parsing result");
  EXPECT_EQ(refusal(R"({"milliseconds": 1, "loss": 2})"), "missing value at result.peak_bytes");
  EXPECT_EQ(refusal(R"({"milliseconds": 0, "peak_bytes": 1, "loss": 2})"),
            "expected milliseconds above 0, got 0");
}

} // namespace
