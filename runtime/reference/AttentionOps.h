// The meaning of every attention op as plain loops in double: floats are f64 tensors, indices i32.
// Shapes: queries [B, Lq, H, D], keys and values [B, Lk, G, D] with H a multiple of G, log-sum-exp
// [B, H, Lq].
#pragma once

#include "runtime/reference/ScalarOps.h"
#include "runtime/reference/Visibility.h"

#include "llvm/Support/Error.h"

#include <array>

namespace dsa::reference {

struct AttentionOptions : Visibility {
  double scale = 1;
  double dropout = 0;
  std::optional<Tensor> key; ///< i32 [4], needed if dropout > 0
  /// The new score, and for a gradient its derivative by the score, of (score, query position, key,
  /// query head).
  std::optional<ScalarFunction> revise;
};

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
