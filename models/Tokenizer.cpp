// Byte-pair tokenizer through SentencePiece, with its disk cache.
#include "models/Tokenizer.h"

#include "llvm/Support/FormatVariadic.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <unordered_map>

using namespace dsa;

namespace {

constexpr int32_t kUnknown = 0;
constexpr int32_t kLineBreak = 1;
constexpr int64_t kSmallestVocabulary = 300;
/// Part of the cache key: changes when a training option below changes.
constexpr llvm::StringLiteral kTrainerVersion = "bpe-1";

llvm::Error failure(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// Feeds the lines of a text to the trainer.
class Lines : public sentencepiece::SentenceIterator {
public:
  explicit Lines(llvm::StringRef text) : rest(text) { Next(); }
  bool done() const override { return finished; }
  void Next() override {
    finished = rest.empty();
    auto [line, tail] = rest.split('\n');
    current = line.str();
    rest = tail;
  }
  const std::string &value() const override { return current; }
  sentencepiece::util::Status status() const override { return {}; }

private:
  llvm::StringRef rest;
  std::string current;
  bool finished = false;
};

llvm::Expected<std::string> trainModel(llvm::StringRef text, int64_t vocabulary) {
  std::unordered_map<std::string, std::string> options = {
      {"model_type", "bpe"},
      {"vocab_size", std::to_string(vocabulary)},
      {"hard_vocab_limit", "false"},
      {"byte_fallback", "true"},
      {"character_coverage", "0.9995"},
      {"normalization_rule_name", "identity"},
      {"max_sentence_length", "1000000"},
      {"unk_id", std::to_string(kUnknown)},
      {"eos_id", std::to_string(kLineBreak)},
      {"bos_id", "-1"},
      {"pad_id", "-1"},
      {"minloglevel", "2"},
  };
  Lines lines(text);
  std::string model;
  auto status = sentencepiece::SentencePieceTrainer::Train(options, &lines, &model);
  if (!status.ok())
    return failure(llvm::formatv("expected a text that a tokenizer of {0} pieces can be trained "
                                 "on, got {1} bytes: {2}",
                                 vocabulary, text.size(), status.error_message()));
  return model;
}

} // namespace

Tokenizer::Tokenizer() : processor(std::make_unique<sentencepiece::SentencePieceProcessor>()) {}
Tokenizer::Tokenizer(Tokenizer &&) noexcept = default;
Tokenizer &Tokenizer::operator=(Tokenizer &&) noexcept = default;
Tokenizer::~Tokenizer() = default;

llvm::Expected<Tokenizer> Tokenizer::train(llvm::StringRef text, int64_t vocabulary,
                                           BlobCache &cache) {
  if (vocabulary < kSmallestVocabulary)
    return failure(llvm::formatv("expected a vocabulary of at least {0} pieces, got {1}",
                                 kSmallestVocabulary, vocabulary));
  std::string key = BlobCache::key({kTrainerVersion, std::to_string(vocabulary), text});
  if (std::unique_ptr<llvm::MemoryBuffer> model = cache.find(key))
    return fromModel(model->getBuffer().str());
  auto model = trainModel(text, vocabulary);
  if (!model)
    return model.takeError();
  cache.store(key, *model);
  return fromModel(std::move(*model));
}

llvm::Expected<Tokenizer> Tokenizer::fromModel(std::string model) {
  Tokenizer tokenizer;
  auto status = tokenizer.processor->LoadFromSerializedProto(model);
  if (!status.ok())
    return failure(llvm::formatv("expected a SentencePiece model, got {0} bytes: {1}", model.size(),
                                 status.error_message()));
  tokenizer.serialized = std::move(model);
  return tokenizer;
}

std::vector<int32_t> Tokenizer::encode(llvm::StringRef text) const {
  std::vector<int32_t> ids;
  std::vector<int> lineIds;
  while (!text.empty()) {
    size_t end = text.find('\n');
    llvm::StringRef line = text.substr(0, end);
    auto status = processor->Encode({line.data(), line.size()}, &lineIds);
    assert(status.ok() && "a loaded processor encodes any text");
    (void)status;
    ids.insert(ids.end(), lineIds.begin(), lineIds.end());
    if (end == llvm::StringRef::npos)
      break;
    ids.push_back(kLineBreak);
    text = text.drop_front(end + 1);
  }
  return ids;
}

std::string Tokenizer::decode(llvm::ArrayRef<int32_t> ids) const {
  std::string text;
  while (!ids.empty()) {
    auto end = std::find(ids.begin(), ids.end(), kLineBreak);
    std::string line;
    auto status = processor->Decode(std::vector<int>(ids.begin(), end), &line);
    assert(status.ok() && "a loaded processor decodes its own ids");
    (void)status;
    text += line;
    if (end == ids.end())
      break;
    text += '\n';
    ids = ids.drop_front(end - ids.begin() + 1);
  }
  return text;
}

int64_t Tokenizer::pieces() const {
  return processor->GetPieceSize();
}
