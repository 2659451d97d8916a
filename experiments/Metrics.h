// What an evaluation measures: loss, accuracy and perplexity, also by position in the window.
#pragma once

#include "experiments/IndexerHealth.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace dsa {

/// Mean over the tokens of one set of positions.
struct Score {
  int64_t tokens = 0;
  double loss = 0;     ///< Mean cross entropy in nats; 0 without tokens.
  double accuracy = 0; ///< Share of tokens whose largest logit is the target.
  /// exp(min(loss, 20)).
  double perplexity() const;
};

/// One evaluation. Position t is early when t < k - 1: there a selection of k keys has more places
/// than legal keys, which is where the published selector sees the future.
struct Evaluation {
  int64_t step = 0;
  Score all, early, late;
  std::optional<IndexerHealth> indexer; ///< Where an indexer selects.
};

/// What a model says about every token of a batch, row-major [rows, length].
struct TokenScores {
  std::vector<float> losses;
  std::vector<uint8_t> hits;
};

/// Means of `scores` over windows of `length` positions, divided at position k - 1.
Evaluation summarize(const TokenScores &scores, int64_t length, int64_t k, int64_t step);

} // namespace dsa
