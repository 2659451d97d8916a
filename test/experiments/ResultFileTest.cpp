// A result is replaced whole or not at all.
#include "experiments/ResultFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

#include <csignal>
#include <sys/resource.h>

using namespace dsa;

namespace {

class ResultFile : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("dsa-result", folder));
    path = (folder + "/deep/result.json").str();
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string content() const { return (*llvm::MemoryBuffer::getFile(path))->getBuffer().str(); }
  int64_t files() const {
    std::error_code code;
    llvm::sys::fs::directory_iterator at(folder + "/deep", code), end;
    int64_t count = 0;
    for (; !code && at != end; at.increment(code))
      ++count;
    return count;
  }

  llvm::SmallString<128> folder;
  std::string path;
};

TEST_F(ResultFile, ReplacesTheWholeFile) {
  ASSERT_FALSE(bool(writeResult(path, "first, a longer one")));
  ASSERT_FALSE(bool(writeResult(path, "second")));
  EXPECT_EQ(content(), "second");
  EXPECT_EQ(files(), 1);
}

TEST_F(ResultFile, AFailedWriteLeavesTheOldFile) {
  ASSERT_FALSE(bool(writeResult(path, "old")));
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = {1000, before.rlim_max};
  auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  llvm::Error error = writeResult(path, std::string(100000, 'x'));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(llvm::toString(std::move(error)), "cannot write '" + path + "': File too large");
  EXPECT_EQ(content(), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(ResultFile, AFileInPlaceOfAFolderIsAnError) {
  ASSERT_FALSE(bool(writeResult(path, "old")));
  llvm::Error error = writeResult(path + "/below.json", "x");
  EXPECT_NE(llvm::toString(std::move(error)).find("Not a directory"), std::string::npos);
}

TEST_F(ResultFile, PreparingLeavesNothingBehind) {
  ASSERT_FALSE(bool(prepareResultFolder((folder + "/deep").str())));
  EXPECT_EQ(files(), 0);
}

} // namespace
