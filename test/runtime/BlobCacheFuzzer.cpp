// Feeds arbitrary bytes to the object cache as an entry: it is found whole or not at all.
#include "runtime/BlobCache.h"

#include "llvm/Support/FileSystem.h"

#include <cstdlib>
#include <unistd.h>

using namespace dsa;

namespace {
/// A folder in memory that ends with the process.
struct Folder {
  Folder() { path = "/dev/shm/dsa-blob-cache-fuzzer-" + std::to_string(getpid()); }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
  std::string path;
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Folder folder;
  static std::string key = BlobCache::key({"fuzzed"});
  if (llvm::sys::fs::create_directories(folder.path))
    std::abort();
  std::error_code code;
  llvm::raw_fd_ostream file(folder.path + "/" + key + ".blob", code);
  file.write(reinterpret_cast<const char *>(data), size);
  file.close();
  BlobCache cache(folder.path, llvm::nulls());
  auto blob = cache.find(key);
  if (blob &&
      !llvm::StringRef(reinterpret_cast<const char *>(data), size).ends_with(blob->getBuffer()))
    std::abort();
  return 0;
}
