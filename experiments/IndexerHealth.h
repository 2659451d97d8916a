// How well an indexer selects, measured against the dense attention of the same layer.
#pragma once

#include "runtime/Tensor.h"

namespace dsa {

/// What one layer's indexer did on a batch, as the function that observes it returns it.
struct IndexerObservation {
  Tensor scores;      ///< [B, L, L]; entries s > t do not count.
  Tensor headWeights; ///< [B, L, HI].
  Tensor selection;   ///< [B, L, k] i32, -1 where a row has fewer than k keys.
  Tensor attention;   ///< [B, L, L]: dense causal attention, the mean of all heads.
  double loss = 0;    ///< KL of the attention and the softmax of the scores over all s <= t.
};

/// All but `negativeWeights` and `loss` count only rows with more than k keys s <= t, where there
/// is something to choose; without such a row nothing is left out and nothing is tied.
struct IndexerHealth {
  double massRecall = 1;      ///< Share of the attention mass that lies on the selected keys.
  double overlap = 1;         ///< Share of the k keys with most attention that are selected.
  double negativeWeights = 0; ///< Share of the head weights below zero.
  double lookBack = 0;        ///< Mean distance t - s of the selected keys.
  double boundaryTies = 0;    ///< Share of rows where a key that is left out scores as high as one
                              ///< that is selected.
  double loss = 0;            ///< The index loss in nats.
};

/// Of one layer.
IndexerHealth healthOf(const IndexerObservation &seen);

/// The mean of some layers or seeds, of which there is at least one.
IndexerHealth meanOf(llvm::ArrayRef<IndexerHealth> layers);

} // namespace dsa
