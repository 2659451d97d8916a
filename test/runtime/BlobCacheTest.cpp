// The cache may lose entries but never give a wrong one, and works where nothing can be written.
#include "runtime/BlobCache.h"
#include "test/runtime/FileSizeLimit.h"
#include "test/runtime/TemporaryFolder.h"

#include <thread>

using namespace dsa;

namespace {
class Blobs : public testing::Test {
protected:
  TemporaryFolder folder;
  std::string warnings;
  llvm::raw_string_ostream os{warnings};

  static std::string get(BlobCache &cache, llvm::StringRef key) {
    std::unique_ptr<llvm::MemoryBuffer> blob = cache.find(key);
    return blob ? blob->getBuffer().str() : "miss";
  }
};
} // namespace

TEST_F(Blobs, SurviveTheProcess) {
  std::string key = BlobCache::key({"kernel", "options"});
  std::string blob("\0binary\n\xff", 9);
  BlobCache(folder.folder(), os).store(key, blob);
  BlobCache second(folder.folder(), os);
  EXPECT_EQ(get(second, key), blob);
  EXPECT_EQ(get(second, BlobCache::key({"kernel", "other"})), "miss");
  second.store(key, "");
  EXPECT_EQ(get(second, key), "");
  EXPECT_EQ(warnings, "");
  EXPECT_EQ(folder.list(), std::vector<std::string>{key + ".blob"});
}

TEST_F(Blobs, KeysKnowWhereAPartEnds) {
  EXPECT_NE(BlobCache::key({"ab", "c"}), BlobCache::key({"a", "bc"}));
  EXPECT_NE(BlobCache::key({"a"}), BlobCache::key({"a", ""}));
  EXPECT_EQ(BlobCache::key({"a", "b"}), BlobCache::key({"a", "b"}));
}

TEST_F(Blobs, DamagedEntriesAreMissesWithOneLine) {
  std::string key = BlobCache::key({"k"}), path = folder.file(key + ".blob");
  BlobCache cache(folder.folder(), os);
  cache.store(key, "some machine code");
  std::string whole = readText(path);
  std::vector<std::string> damaged = {"", "garbage", whole.substr(0, whole.size() - 1), whole + "x",
                                      "\n" + whole};
  for (size_t i = 0; i < whole.size(); ++i) {
    damaged.push_back(whole);
    damaged.back()[i] ^= 1;
  }
  for (const std::string &content : damaged) {
    writeText(path, content);
    warnings.clear();
    EXPECT_EQ(get(cache, key), "miss");
    EXPECT_EQ(warnings, "warning: cache entry '" + path + "' is damaged and will be made again\n");
  }
  // Another key's entry under this name is not this key's.
  std::string other = BlobCache::key({"other"});
  cache.store(other, "some other code");
  writeText(path, readText(folder.file(other + ".blob")));
  EXPECT_EQ(get(cache, key), "miss");
  cache.store(key, "made again");
  EXPECT_EQ(get(cache, key), "made again");
}

TEST_F(Blobs, AFullDiskIsReportedOnceAndMemoryTakesOver) {
  BlobCache cache(folder.folder(), os);
  std::string first = BlobCache::key({"1"}), second = BlobCache::key({"2"});
  std::string large(100000, 'x');
  {
    FileSizeLimit limit(4096);
    cache.store(first, large);
    cache.store(second, large);
  }
  EXPECT_EQ(get(cache, first), large);
  EXPECT_EQ(get(cache, second), large);
  EXPECT_EQ(llvm::StringRef(warnings).count('\n'), 1u) << warnings;
  EXPECT_NE(warnings.find("File too large; compiled code is kept in memory only"),
            std::string::npos);
  EXPECT_TRUE(folder.list().empty());
}

TEST_F(Blobs, AFolderThatCannotBeMadeIsReportedOnce) {
  writeText(folder.file("taken"), "a file");
  BlobCache cache(folder.file("taken/cache"), os);
  EXPECT_EQ(get(cache, "aa"), "miss");
  cache.store("aa", "x");
  cache.store("bb", "y");
  EXPECT_EQ(get(cache, "aa") + get(cache, "bb"), "xy");
  EXPECT_EQ(llvm::StringRef(warnings).count('\n'), 1u) << warnings;
}

TEST_F(Blobs, AReadOnlyFolderStillServesWhatItHas) {
  if (::geteuid() == 0)
    GTEST_SKIP() << "root may write everywhere";
  BlobCache(folder.folder(), os).store("aa", "x");
  ASSERT_FALSE(llvm::sys::fs::setPermissions(folder.folder(),
                                             llvm::sys::fs::all_read | llvm::sys::fs::all_exe));
  BlobCache cache(folder.folder(), os);
  cache.store("bb", "y");
  cache.store("cc", "z");
  EXPECT_EQ(get(cache, "aa") + get(cache, "bb") + get(cache, "cc"), "xyz");
  EXPECT_EQ(llvm::StringRef(warnings).count('\n'), 1u) << warnings;
  ASSERT_FALSE(llvm::sys::fs::setPermissions(folder.folder(), llvm::sys::fs::all_perms));
}

TEST_F(Blobs, WithoutAFolderEverythingStaysInMemory) {
  BlobCache cache("", os);
  cache.store("aa", "x");
  EXPECT_EQ(get(cache, "aa"), "x");
  EXPECT_EQ(get(cache, "bb"), "miss");
  EXPECT_EQ(warnings, "");
}

TEST_F(Blobs, ThreadsAndOtherProcessesMayShareAFolder) {
  // Two caches on one folder stand for two processes.
  BlobCache one(folder.folder(), os), two(folder.folder(), os);
  auto work = [](BlobCache &cache) {
    for (int i = 0; i < 100; ++i) {
      std::string key = BlobCache::key({std::to_string(i % 10)});
      cache.store(key, "blob " + std::to_string(i % 10));
      ASSERT_EQ(get(cache, key), "blob " + std::to_string(i % 10));
    }
  };
  std::thread a([&] { work(one); }), b([&] { work(one); }), c([&] { work(two); });
  a.join(), b.join(), c.join();
  EXPECT_EQ(warnings, "");
  EXPECT_EQ(folder.list().size(), 10u);
}
