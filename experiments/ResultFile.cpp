// Atomic replacement of a result file.
#include "experiments/ResultFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

using namespace dsa;

namespace {

std::error_code lastError() {
  return {errno, std::generic_category()};
}

std::error_code writeAndSync(int file, llvm::StringRef content) {
  while (!content.empty()) {
    ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return lastError();
    content = content.drop_front(written);
  }
  return ::fsync(file) == 0 ? std::error_code() : lastError();
}

std::error_code replace(llvm::StringRef path, llvm::StringRef content) {
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (!folder.empty())
    if (std::error_code code = llvm::sys::fs::create_directories(folder))
      return code;
  int file = -1;
  llvm::SmallString<128> temporary;
  if (std::error_code code = llvm::sys::fs::createUniqueFile(
          path + ".%%%%%%%%.tmp", file, temporary, llvm::sys::fs::OF_None, 0644))
    return code;
  std::error_code code = writeAndSync(file, content);
  if (::close(file) != 0 && !code)
    code = lastError();
  if (!code)
    code = llvm::sys::fs::rename(temporary, path);
  if (code)
    llvm::sys::fs::remove(temporary);
  return code;
}

} // namespace

llvm::Error dsa::writeResult(llvm::StringRef path, llvm::StringRef content) {
  if (std::error_code code = replace(path, content))
    return llvm::createStringError(code,
                                   llvm::formatv("expected to write {0} bytes to '{1}', got: {2}",
                                                 content.size(), path, code.message()));
  return llvm::Error::success();
}

llvm::Error dsa::prepareResultFolder(llvm::StringRef folder) {
  llvm::SmallString<128> probe(folder);
  llvm::sys::path::append(probe, ".probe");
  if (llvm::Error error = writeResult(probe, "1"))
    return error;
  llvm::sys::fs::remove(probe);
  return llvm::Error::success();
}
