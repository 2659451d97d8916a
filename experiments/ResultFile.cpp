// Result files in folders that need not exist yet.
#include "experiments/ResultFile.h"

#include "runtime/AtomicFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace dsa;

llvm::Error dsa::writeResult(llvm::StringRef path, llvm::StringRef content) {
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (!folder.empty())
    if (std::error_code code = llvm::sys::fs::create_directories(folder))
      return llvm::createStringError(code, "cannot create '" + folder + "': " + code.message());
  return writeAtomically(path, content);
}

llvm::Error dsa::prepareResultFolder(llvm::StringRef folder) {
  llvm::SmallString<128> probe(folder);
  llvm::sys::path::append(probe, ".probe");
  if (llvm::Error error = writeResult(probe, "1"))
    return error;
  llvm::sys::fs::remove(probe);
  return llvm::Error::success();
}
