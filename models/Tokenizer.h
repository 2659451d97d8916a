// Byte-pair tokenizer: trained on a text with SentencePiece, cached by the hash of what it saw.
#pragma once

#include "runtime/BlobCache.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace dsa {

/// Text to piece ids and back. Ids: 0 unknown, 1 line break, then 256 byte pieces, merges and
/// characters. Lines are encoded one by one, so no piece crosses a line break.
class Tokenizer {
public:
  Tokenizer(Tokenizer &&) noexcept;
  Tokenizer &operator=(Tokenizer &&) noexcept;
  ~Tokenizer();

  /// Trains byte-pair encoding with at most `vocabulary` pieces (>= 300) on `text`. A text that
  /// does not support so many gives fewer: see `pieces`. The trained model is kept in `cache` under
  /// the hash of text, vocabulary and trainer version.
  static llvm::Expected<Tokenizer> train(llvm::StringRef text, int64_t vocabulary,
                                         BlobCache &cache);

  /// The tokenizer saved in `model`, the bytes of a SentencePiece model.
  static llvm::Expected<Tokenizer> fromModel(std::string model);

  /// Piece ids of `text`; every line break becomes one id.
  std::vector<int32_t> encode(llvm::StringRef text) const;

  /// The text of `ids`; spaces at the borders of a line are not kept.
  std::string decode(llvm::ArrayRef<int32_t> ids) const;

  /// Number of ids, at most the vocabulary asked for.
  int64_t pieces() const;

  /// The bytes that `fromModel` reads.
  const std::string &model() const { return serialized; }

private:
  Tokenizer();

  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor;
  std::string serialized;
};

} // namespace dsa
