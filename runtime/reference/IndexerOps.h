// The meaning of every indexer op as plain loops in double: floats are f64 tensors, indices i32.
// Shapes: scores [B, Lq, Lk], queries [B, Lq, H, D], keys [B, Lk, G, D], log-sum-exp [B, H, Lq].
#pragma once

#include "runtime/reference/Visibility.h"

#include "llvm/Support/Error.h"

#include <array>

namespace dsa::reference {

/// I[b, t, s] = scale sum_j w[b, t, j] relu(q[b, t, j, :] . k[b, s, :]).
Tensor indexScores(const Tensor &query, const Tensor &indexKey, const Tensor &weight, double scale);
/// Gradients of q, k and w; relu'(0) = 0.
std::array<Tensor, 3> indexScoresGrad(const Tensor &grad, const Tensor &query,
                                      const Tensor &indexKey, const Tensor &weight, double scale);

/// Scores [B, Lq, Lk] with every s > offset + t replaced by `value`.
Tensor fillFuture(const Tensor &scores, const std::optional<Tensor> &queryOffset, double value);

/// The k best visible keys of each row by (score descending, index ascending), as ascending indices
/// padded with -1. Fails on a NaN among the visible scores.
llvm::Expected<Tensor> topK(const Tensor &scores, const Visibility &visibility, int64_t k);

/// The last `shape[2]` keys s <= offset + t of `keys` keys, as ascending indices padded with -1.
Tensor window(llvm::ArrayRef<int64_t> shape, const std::optional<Tensor> &queryOffset,
              int64_t keys);

/// Which keys the rows of a loss compare: the visible ones, of `indices` [B, Lq, k] if present.
struct Support : Visibility {
  std::optional<Tensor> indices;
};

/// Mean KL(p || softmax(scores)) over rows with a key, the loss of every row, and p: the attention
/// exp(scale q . k - lse) of all heads together, normalised on the support. Fails on an index
/// outside [-1, Lk) and on a row whose loss is not finite.
llvm::Expected<std::array<Tensor, 3>> indexKl(const Tensor &scores, const Tensor &query,
                                              const Tensor &keys, const Tensor &lse,
                                              const Support &support, double scale);
/// The p of a loss over all visible keys, [B, Lq, Lk].
Tensor indexTarget(const Tensor &query, const Tensor &keys, const Tensor &lse,
                   const Visibility &visibility, double scale);
/// The gradient of the scores. Fails on an index outside [-1, Lk).
llvm::Expected<Tensor> indexKlGrad(const Tensor &grad, const Tensor &scores, const Tensor &target,
                                   const Support &support);

} // namespace dsa::reference
