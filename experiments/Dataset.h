// A corpus as token ids: read, divided, tokenized.
#pragma once

#include "runtime/BlobCache.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dsa {

struct Dataset {
  std::vector<int32_t> ids;   ///< Training tokens, then held-out ones.
  int64_t trainingTokens = 0; ///< Where the held-out text begins.
  int64_t bytes = 0;
  int64_t pieces = 0; ///< Ids the tokenizer uses, at most the vocabulary asked for.

  /// A number that changes with any token and with the place where the training text ends, in
  /// hexadecimal.
  std::string fingerprint() const;
};

/// Reads `corpus`, trains a tokenizer of `vocabulary` pieces on its first nine tenths and encodes
/// both parts. With `tokenLimit` > 0 only so many tokens are kept, nine tenths of them training
/// ones. Errors: those of loadCorpus, and a text too short for windows of `length` tokens.
llvm::Expected<Dataset> loadDataset(llvm::StringRef corpus, int64_t vocabulary, int64_t length,
                                    int64_t tokenLimit, BlobCache &cache);

} // namespace dsa
