// Asks the machine, the clock and git.
#include "experiments/Provenance.h"

#include "experiments/ChildProcess.h"
#include "experiments/SourceFolder.h"
#include "runtime/HostProbe.h"

#include "llvm/Support/FormatVariadic.h"

#include <ctime>

using namespace dsa;

std::string dsa::machineName() {
  Host host = describeHost();
  return llvm::formatv("{0}, {1} threads, {2} floats in a vector", host.cpu, host.threads,
                       host.vectorFloats);
}

std::string dsa::today() {
  std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

llvm::Expected<std::string> dsa::currentCommit() {
  constexpr unsigned kSeconds = 60;
  auto git = runProgram(
      "git",
      {"-C", DSA_SOURCE_FOLDER, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"},
      kSeconds);
  if (!git)
    return git.takeError();
  if (git->status != 0)
    return llvm::createStringError("expected a git checkout that names the commit, got none in "
                                   "'" DSA_SOURCE_FOLDER "'");
  return llvm::StringRef(git->output).trim().str();
}
