// A disk cache of opaque bytes under the hash of what they were made from; one for all compilers.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <mutex>
#include <string>

namespace dsa {

/// Maps the hash of its parts to a blob. It can lose entries but never give a wrong one: a damaged
/// file is reported and counts as a miss, and where the folder cannot be written the blobs stay in
/// memory. Safe for threads and for several processes on one folder, which may be deleted at any
/// time.
class BlobCache {
public:
  /// An empty `folder` keeps everything in memory. Warnings of one line each go to `warnings`.
  explicit BlobCache(std::string folder, llvm::raw_ostream &warnings = llvm::errs());

  /// The key of everything that a blob depends on; ("ab", "c") and ("a", "bc") differ.
  static std::string key(llvm::ArrayRef<llvm::StringRef> parts);

  /// The blob stored under a key, or null.
  std::unique_ptr<llvm::MemoryBuffer> find(llvm::StringRef key);
  /// Stores a blob under a key; what was there is replaced.
  void store(llvm::StringRef key, llvm::StringRef blob);

private:
  std::string pathOf(llvm::StringRef key) const;
  llvm::Error write(llvm::StringRef key, llvm::StringRef blob) const;

  std::mutex mutex;
  std::string folder; // empty once it has turned out not to be writable
  std::string readable;
  llvm::StringMap<std::string> memory;
  llvm::raw_ostream &warnings;
};

} // namespace dsa
