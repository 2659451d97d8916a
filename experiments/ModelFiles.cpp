// Looks beside the program first: an installation may have been moved.
#include "experiments/ModelFiles.h"

#include "experiments/SourceFolder.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

/// The file `name` of share/dsa/`room`, or else of `folder` among the sources.
static std::string fileOf(llvm::StringRef room, llvm::StringRef folder, const llvm::Twine &name) {
  namespace path = llvm::sys::path;
  void *here = reinterpret_cast<void *>(&dsa::modelDescription);
  std::string program = llvm::sys::fs::getMainExecutable(nullptr, here);
  llvm::SmallString<128> file(path::parent_path(path::parent_path(program)));
  path::append(file, "share", "dsa", room);
  if (!llvm::sys::fs::is_directory(file))
    file = folder;
  path::append(file, name);
  return file.str().str();
}

std::string dsa::modelDescription(llvm::StringRef name) {
  return fileOf("models", DSA_SOURCE_FOLDER "/models/configs", name + ".json");
}

std::string dsa::peerScript(llvm::StringRef name) {
  return fileOf("peers", DSA_SOURCE_FOLDER "/experiments/peers", name + ".py");
}
