// Checkpoints come back as they were written, and a damaged one is noticed.
#include "frontend/Checkpoint.h"
#include "frontend/Session.h"

#include "test/runtime/FileSizeLimit.h"
#include "test/runtime/TemporaryFolder.h"

using namespace dsa;

namespace {

class CheckpointTest : public testing::Test {
protected:
  CheckpointTest() : path(folder.file("a.safetensors")) {
    checkpoint.tensors["w"] = Tensor::fromDoubles(DType::F32, {2, 2}, {1, 2, 3, 4});
    checkpoint.series["losses"] = Tensor::fromDoubles(DType::F64, {3}, {.1, .2, 1. / 3});
    checkpoint.steps = 3;
    checkpoint.batches = 6;
    checkpoint.seed = 1ull << 63;
    checkpoint.notes["run"] = "{\"arm\": \"a\\\"b\"}";
  }

  std::string errorOf() {
    auto read = readCheckpoint(path);
    return read ? "" : llvm::toString(read.takeError());
  }

  TemporaryFolder folder;
  std::string path;
  Checkpoint checkpoint;
};

TEST_F(CheckpointTest, ComesBackAsItWas) {
  ASSERT_FALSE(bool(writeCheckpoint(path, checkpoint)));
  auto read = readCheckpoint(path);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->tensors.at("w").asDoubles(), checkpoint.tensors.at("w").asDoubles());
  EXPECT_EQ(read->series.at("losses").asDoubles(), checkpoint.series.at("losses").asDoubles());
  EXPECT_EQ(read->notes, checkpoint.notes);
  EXPECT_EQ(read->steps, 3);
  EXPECT_EQ(read->batches, 6);
  EXPECT_EQ(read->seed, 1ull << 63);
}

TEST_F(CheckpointTest, EveryFlippedBitOfATensorIsNoticed) {
  ASSERT_FALSE(bool(writeCheckpoint(path, checkpoint)));
  std::string whole = readText(path);
  for (size_t back = 1; back <= 40; ++back) { // 3 doubles and 4 floats lie at the end
    std::string damaged = whole;
    damaged[damaged.size() - back] ^= 1;
    writeText(path, damaged);
    EXPECT_NE(errorOf().find(path + ": expected the checksum"), std::string::npos) << back;
  }
}

TEST_F(CheckpointTest, AChangedCountIsNoticed) {
  ASSERT_FALSE(bool(writeCheckpoint(path, checkpoint)));
  std::string text = readText(path);
  size_t at = text.find("\"steps\":\"3\"");
  ASSERT_NE(at, std::string::npos);
  text[at + 9] = '4';
  writeText(path, text);
  EXPECT_NE(errorOf().find("the file is damaged"), std::string::npos);
}

TEST_F(CheckpointTest, ATruncatedFileIsNoticed) {
  ASSERT_FALSE(bool(writeCheckpoint(path, checkpoint)));
  std::string whole = readText(path);
  for (size_t size : {size_t(0), size_t(5), whole.size() / 2, whole.size() - 1}) {
    writeText(path, llvm::StringRef(whole).take_front(size));
    EXPECT_NE(errorOf(), "") << size;
  }
}

TEST_F(CheckpointTest, AFullDiskLeavesTheOldFile) {
  ASSERT_FALSE(bool(writeCheckpoint(path, checkpoint)));
  std::string before = readText(path);
  checkpoint.tensors["w"] = Tensor(DType::F32, {1000});
  std::string message;
  {
    FileSizeLimit limit(1000);
    message = llvm::toString(writeCheckpoint(path, checkpoint));
  }
  EXPECT_EQ(message, "cannot write '" + path + "': File too large");
  EXPECT_EQ(readText(path), before);
  EXPECT_EQ(folder.list().size(), 1u);
}

} // namespace
