// Token windows of a corpus: which ones train, which are held out, and in which order they come.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <vector>

namespace dsa {

/// A row-major batch of windows, ids [rows, length + 1]: inputs are columns [0, length), targets
/// columns [1, length + 1).
struct TokenBatch {
  int64_t rows = 0;
  int64_t length = 0;
  std::vector<int32_t> ids;
};

/// How windows are divided into training and held-out ones.
enum class Split {
  Ranges,    ///< Contiguous ranges with a gap of one window: no shared token.
  Published, ///< Stride-1 windows, 10 % drawn at random: nearly every held-out token is trained on.
};

/// Windows of length + 1 tokens over one array of ids. Every draw is a function of (seed, step,
/// row) alone, so that all arms of an experiment see the same tokens.
class Windows {
public:
  /// `ids` = the training tokens followed by the rest; `trainingTokens` ends the former. Under
  /// Split::Published the boundary is ignored and `splitSeed` draws the held-out windows. Errors: a
  /// part that is shorter than a window.
  static llvm::Expected<Windows> make(std::vector<int32_t> ids, int64_t trainingTokens,
                                      int64_t length, Split split, uint64_t splitSeed = 42);

  /// The batch of training step `step` (from 1) under `seed`: `rows` windows drawn uniformly.
  TokenBatch trainingBatch(int64_t step, int64_t rows, uint64_t seed) const;

  /// At most `count` held-out windows, evenly spread, the same in every call.
  TokenBatch heldOutBatch(int64_t count) const;

  int64_t length() const { return windowLength; }
  llvm::ArrayRef<int64_t> trainingStarts() const { return training; }
  llvm::ArrayRef<int64_t> heldOutStarts() const { return heldOut; }

  /// Number of token positions that lie both in a training window and in a held-out one.
  int64_t sharedTokens() const;

private:
  TokenBatch gather(llvm::ArrayRef<int64_t> starts) const;

  std::vector<int32_t> tokens;
  std::vector<int64_t> training, heldOut;
  int64_t windowLength = 0;
};

} // namespace dsa
