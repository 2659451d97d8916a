// Temporary file in the same folder, fsync, rename, fsync of the folder.
#include "runtime/AtomicFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace dsa {

/// The sentence for `errno` after a failed step.
static llvm::Error failed(llvm::StringRef step, llvm::StringRef path) {
  int number = errno;
  return llvm::createStringError(std::error_code(number, std::generic_category()),
                                 "cannot " + step + " '" + path +
                                     "': " + llvm::sys::StrError(number));
}

static llvm::Error writeAll(int file, llvm::StringRef bytes, llvm::StringRef path) {
  while (!bytes.empty()) {
    // One call writes at most 2 GB.
    ssize_t written = ::write(file, bytes.data(), std::min<size_t>(bytes.size(), 1 << 30));
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failed("write", path);
    bytes = bytes.drop_front(written);
  }
  return llvm::Error::success();
}

static llvm::Error writeAndFlush(int file, llvm::StringRef path,
                                 llvm::ArrayRef<llvm::StringRef> pieces) {
  for (llvm::StringRef piece : pieces)
    if (llvm::Error error = writeAll(file, piece, path)) {
      ::close(file);
      return error;
    }
  if (::fsync(file) != 0) {
    llvm::Error error = failed("flush", path);
    ::close(file);
    return error;
  }
  if (::close(file) != 0)
    return failed("close", path);
  return llvm::Error::success();
}

llvm::Error writeAtomically(llvm::StringRef path, llvm::ArrayRef<llvm::StringRef> pieces) {
  // A rename would put a file where a device is.
  if (llvm::sys::fs::exists(path) && !llvm::sys::fs::is_regular_file(path))
    return llvm::createStringError("cannot replace '" + path +
                                   "': expected a regular file, got something else");
  llvm::SmallString<128> temporary;
  int file = -1;
  if (std::error_code code = llvm::sys::fs::createUniqueFile(
          path + ".%%%%%%%%.tmp", file, temporary, llvm::sys::fs::OF_None,
          llvm::sys::fs::all_read | llvm::sys::fs::owner_write))
    return llvm::createStringError(code, "cannot create '" + path + "': " + code.message());
  llvm::Error error = writeAndFlush(file, path, pieces);
  if (!error && ::rename(temporary.c_str(), path.str().c_str()) != 0)
    error = failed("rename", path);
  if (error) {
    ::unlink(temporary.c_str());
    return error;
  }
  // The rename itself is only safe once the folder is on disk; a file system that cannot do this is
  // not an error.
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  int handle = ::open(folder.empty() ? "." : folder.str().c_str(), O_RDONLY | O_DIRECTORY);
  if (handle >= 0) {
    ::fsync(handle);
    ::close(handle);
  }
  return llvm::Error::success();
}

} // namespace dsa
