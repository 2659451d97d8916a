// Entries on disk: a line that names the key, the length and the checksum, then the blob.
#include "runtime/BlobCache.h"

#include "runtime/AtomicFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

namespace dsa {

/// The first line of an entry: whatever does not begin exactly so is damaged.
static std::string header(llvm::StringRef key, llvm::StringRef blob) {
  std::string line;
  llvm::raw_string_ostream(line) << "dsa-blob-1 " << key << ' ' << blob.size() << ' '
                                 << llvm::format_hex_no_prefix(llvm::xxh3_64bits(blob), 16) << '\n';
  return line;
}

BlobCache::BlobCache(std::string folder, llvm::raw_ostream &warnings)
    : folder(folder), readable(std::move(folder)), warnings(warnings) {}

std::string BlobCache::key(llvm::ArrayRef<llvm::StringRef> parts) {
  llvm::BLAKE3 hash;
  for (llvm::StringRef part : parts) {
    hash.update(std::to_string(part.size()) + ":");
    hash.update(part);
  }
  return llvm::toHex(hash.final<16>(), /*LowerCase=*/true);
}

std::string BlobCache::pathOf(llvm::StringRef key) const {
  llvm::SmallString<128> path(readable);
  llvm::sys::path::append(path, key + ".blob");
  return std::string(path);
}

std::unique_ptr<llvm::MemoryBuffer> BlobCache::find(llvm::StringRef key) {
  std::lock_guard lock(mutex);
  if (auto found = memory.find(key); found != memory.end())
    return llvm::MemoryBuffer::getMemBufferCopy(found->second, key);
  if (readable.empty())
    return nullptr;
  std::string path = pathOf(key);
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file) {
    // A folder that cannot be one is reported once, when something is stored.
    if (file.getError() != std::errc::no_such_file_or_directory &&
        file.getError() != std::errc::not_a_directory)
      warnings << "warning: cache entry '" << path
               << "' is not readable: " << file.getError().message() << '\n';
    return nullptr;
  }
  llvm::StringRef content = (*file)->getBuffer();
  auto [line, blob] = content.split('\n');
  if (content.take_front(line.size() + 1) != header(key, blob)) {
    warnings << "warning: cache entry '" << path << "' is damaged and will be made again\n";
    return nullptr;
  }
  return llvm::MemoryBuffer::getMemBufferCopy(blob, key);
}

llvm::Error BlobCache::write(llvm::StringRef key, llvm::StringRef blob) const {
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return llvm::createStringError(code, "cannot create '" + folder + "': " + code.message());
  return writeAtomically(pathOf(key), {header(key, blob), blob});
}

void BlobCache::store(llvm::StringRef key, llvm::StringRef blob) {
  std::lock_guard lock(mutex);
  if (!folder.empty()) {
    llvm::Error error = write(key, blob);
    if (!error)
      return;
    warnings << "warning: " << llvm::toString(std::move(error))
             << "; compiled code is kept in memory only\n";
    folder.clear();
  }
  memory[key] = blob.str();
}

} // namespace dsa
