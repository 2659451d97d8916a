// Feeds arbitrary bytes to the checks of a corpus; a split lies inside it and between characters.
#include "experiments/Corpus.h"

#include <cstdlib>

using namespace dsa;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  if (stripVerseLabels(text).size() > size + 1)
    std::abort();
  if (llvm::errorToBool(checkText("fuzzed", text)))
    return 0;
  for (double share : {0.0, 0.5, 0.9}) {
    size_t end = trainingBytes(text, share);
    bool inside = end < size && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80;
    if (end > size || inside)
      std::abort();
  }
  return 0;
}
