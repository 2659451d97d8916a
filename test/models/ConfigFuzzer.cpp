// Feeds arbitrary text to the reader of model descriptions; one that it takes survives a round
// trip.
#include "models/Config.h"

#include <cstdlib>

using namespace dsa;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto config = parseModelConfig({reinterpret_cast<const char *>(data), size});
  if (!config) {
    llvm::consumeError(config.takeError());
    return 0;
  }
  std::string text = llvm::formatv("{0}", toJson(*config));
  auto again = parseModelConfig(text);
  if (!again || llvm::formatv("{0}", toJson(*again)).str() != text)
    std::abort();
  return 0;
}
