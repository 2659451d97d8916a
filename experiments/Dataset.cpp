// Reads and tokenizes a corpus.
#include "experiments/Dataset.h"

#include "experiments/Corpus.h"
#include "models/Tokenizer.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>

using namespace dsa;

namespace {

constexpr double kTrainingShare = .9;

} // namespace

std::string Dataset::fingerprint() const {
  const auto *bytes = reinterpret_cast<const uint8_t *>(ids.data());
  uint64_t hash = llvm::xxh3_64bits(llvm::ArrayRef(bytes, ids.size() * sizeof(ids.front())));
  return llvm::formatv("{0:x-16}-{1}", hash, trainingTokens);
}

llvm::Expected<Dataset> dsa::loadDataset(llvm::StringRef name, int64_t vocabulary, int64_t length,
                                         int64_t tokenLimit, BlobCache &cache) {
  auto corpus = loadCorpus(name);
  if (!corpus)
    return corpus.takeError();
  llvm::StringRef text = corpus->text;
  size_t boundary = trainingBytes(text, kTrainingShare);
  // A token takes at least one byte of text, so this is too short whatever the tokenizer does.
  int64_t leastBytes = 10 * 2 * (length + 1);
  if (static_cast<int64_t>(text.size()) < leastBytes)
    return llvm::createStringError(
        llvm::inconvertibleErrorCode(),
        llvm::formatv(
            "corpus '{0}': expected at least {1} bytes for windows of {2} tokens, got {3}", name,
            leastBytes, length, text.size()));
  auto tokenizer = Tokenizer::train(text.take_front(boundary), vocabulary, cache);
  if (!tokenizer)
    return tokenizer.takeError();
  Dataset data;
  data.bytes = static_cast<int64_t>(text.size());
  data.pieces = tokenizer->pieces();
  data.ids = tokenizer->encode(text.take_front(boundary));
  std::vector<int32_t> heldOut = tokenizer->encode(text.drop_front(boundary));
  if (tokenLimit > 0) {
    int64_t kept = static_cast<int64_t>(kTrainingShare * static_cast<double>(tokenLimit));
    data.ids.resize(std::min<size_t>(data.ids.size(), kept));
    heldOut.resize(std::min<size_t>(heldOut.size(), tokenLimit - kept));
  }
  data.trainingTokens = static_cast<int64_t>(data.ids.size());
  data.ids.insert(data.ids.end(), heldOut.begin(), heldOut.end());
  return data;
}
