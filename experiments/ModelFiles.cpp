// Looks beside the program first: an installation may have been moved.
#include "experiments/ModelFiles.h"

#include "experiments/ModelFolder.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

std::string dsa::modelDescription(llvm::StringRef name) {
  namespace path = llvm::sys::path;
  void *here = reinterpret_cast<void *>(&modelDescription);
  std::string program = llvm::sys::fs::getMainExecutable(nullptr, here);
  llvm::SmallString<128> folder(path::parent_path(path::parent_path(program)));
  path::append(folder, "share", "dsa", "models");
  if (!llvm::sys::fs::is_directory(folder))
    folder = DSA_MODEL_CONFIGS;
  path::append(folder, name + ".json");
  return folder.str().str();
}
