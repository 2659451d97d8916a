// The meaning of every attention op as plain loops in double: floats are f64 tensors, indices i32.
// Shapes: queries [B, Lq, H, D], keys and values [B, Lk, G, D] with H a multiple of G, log-sum-exp
// [B, H, Lq].
#pragma once

#include "runtime/Tensor.h"

#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <optional>

namespace dsa::reference {

/// Which keys a query may see: with `causal` s <= offset + t; with segments those of its own
/// segment.
struct Visibility {
  bool causal = false;
  std::optional<Tensor> queryOffset;   ///< i32 scalar, 0 if absent
  std::optional<Tensor> querySegments; ///< i32 [B, Lq], given together with keySegments
  std::optional<Tensor> keySegments;   ///< i32 [B, Lk]

  bool isVisible(int64_t b, int64_t t, int64_t s) const;
};

struct AttentionOptions : Visibility {
  double scale = 1;
  double dropout = 0;
  std::optional<Tensor> key; ///< i32 [4], needed if dropout > 0
};

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

/// y[b, t, j, ...] = x[b, indices[b, t, j], ...]; rows of -1 are zero. Fails on other indices
/// outside x.
llvm::Expected<Tensor> gather(const Tensor &input, const Tensor &indices);
/// The gradient [B, rows, ...] of the input.
llvm::Expected<Tensor> gatherGrad(const Tensor &grad, const Tensor &indices, int64_t rows);

/// softmax(scale q k^T + mask) v, and the log-sum-exp of every row (-inf and a zero row where no
/// key is visible).
std::array<Tensor, 2> attention(const Tensor &query, const Tensor &keys, const Tensor &values,
                                const AttentionOptions &options);
/// Gradients of q, k and v.
std::array<Tensor, 3> attentionGrad(const Tensor &grad, const Tensor &query, const Tensor &keys,
                                    const Tensor &values, const Tensor &output, const Tensor &lse,
                                    const AttentionOptions &options);

/// `attention` of each query over the visible ones of its keys indices[b, t, :] only. Fails on an
/// index outside
/// [-1, Lk).
llvm::Expected<std::array<Tensor, 2>> sparseAttention(const Tensor &query, const Tensor &keys,
                                                      const Tensor &values, const Tensor &indices,
                                                      const AttentionOptions &options);
/// Gradients of q, k and v; the selection is a constant.
llvm::Expected<std::array<Tensor, 3>> sparseAttentionGrad(const Tensor &grad, const Tensor &query,
                                                          const Tensor &keys, const Tensor &values,
                                                          const Tensor &indices,
                                                          const Tensor &output, const Tensor &lse,
                                                          const AttentionOptions &options);

} // namespace dsa::reference
