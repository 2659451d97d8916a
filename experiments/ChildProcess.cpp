// Runs programs with their output in temporary files.
#include "experiments/ChildProcess.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

#include <optional>

using namespace dsa;

static std::string contentOf(llvm::StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  return file ? (*file)->getBuffer().str() : "";
}

llvm::Expected<Finished> dsa::runProgram(llvm::StringRef program,
                                         llvm::ArrayRef<llvm::StringRef> arguments,
                                         unsigned seconds) {
  auto path = llvm::sys::findProgramByName(program);
  if (!path)
    return llvm::createStringError(path.getError(), "expected the program '" + program +
                                                        "', got: " + path.getError().message());
  llvm::SmallString<128> output, errors;
  for (llvm::SmallString<128> *file : {&output, &errors})
    if (std::error_code code = llvm::sys::fs::createTemporaryFile("dsa", "txt", *file))
      return llvm::createStringError(code, "expected a temporary file, got: " + code.message());
  llvm::FileRemover removeOutput(output), removeErrors(errors);
  llvm::SmallVector<llvm::StringRef> command{*path};
  llvm::append_range(command, arguments);
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(), output.str(), errors.str()};
  Finished finished;
  finished.status = llvm::sys::ExecuteAndWait(*path, command, std::nullopt, redirects, seconds,
                                              /*MemoryLimit=*/0, &finished.reason);
  finished.output = contentOf(output);
  finished.errors = contentOf(errors);
  return finished;
}
