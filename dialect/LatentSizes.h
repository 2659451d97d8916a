// The sizes of one latent attention, which its operands state together.
#pragma once

#include <cstdint>

namespace dsa {

/// Queries are [batches, queries, heads, nope + rope], latents [batches, keys, rank].
struct LatentSizes {
  int64_t batches, queries, keys, heads;
  int64_t nope;  ///< columns of a query that meet the latent, 0 if it feeds values only
  int64_t rope;  ///< columns that meet the rotated key of all heads
  int64_t value; ///< columns of a head's output
  int64_t rank;  ///< columns of the latent
};

} // namespace dsa
