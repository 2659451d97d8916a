// The figures that were published for the sparse-versus-classic experiment.
#pragma once

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace dsa {

/// The final values of one length (validation loss and accuracy, seconds per step), on another
/// corpus and a leaking split.
struct PublishedResult {
  int64_t length;
  double classicLoss, sparseLoss, classicAccuracy, sparseAccuracy, classicSeconds, sparseSeconds;
};

/// All lengths, ascending.
llvm::ArrayRef<PublishedResult> publishedResults();

/// The result of the length that is nearest to `length`.
const PublishedResult &publishedNear(int64_t length);

/// Parameters of classic attention at the published vocabulary, and the share that the indexer is
/// said to add.
inline constexpr int64_t kPublishedParameters = 17832192;
inline constexpr double kPublishedIndexerShare = .05;

} // namespace dsa
