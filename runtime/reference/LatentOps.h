// The meaning of latent attention, and of the linear maps of single heads, as plain loops in
// double. Shapes: queries [B, Lq, H, Dn + Dr], latents [B, Lk, R], rope keys [B, Lk, Dr], up weight
// [H (Dn + Dv), R], the rows of one head first those of its keys, then those of its values.
#pragma once

#include "runtime/reference/AttentionOps.h"

namespace dsa::reference {

/// Attention over keys [U_h c | k_rope] and values V_h c: outputs [B, Lq, H, Dv] and log-sum-exp
/// [B, H, Lq]. With `indices` only over the selected keys; fails on an index outside [-1, Lk).
llvm::Expected<std::array<Tensor, 2>> latentAttention(const Tensor &query, const Tensor &latent,
                                                      const Tensor &ropeKey, const Tensor &upWeight,
                                                      const std::optional<Tensor> &indices,
                                                      const AttentionOptions &options);
/// Gradients of queries, latents, rope keys and the up weight; the selection is a constant.
llvm::Expected<std::array<Tensor, 4>>
latentAttentionGrad(const Tensor &grad, const Tensor &query, const Tensor &latent,
                    const Tensor &ropeKey, const Tensor &upWeight, const Tensor &output,
                    const Tensor &lse, const std::optional<Tensor> &indices,
                    const AttentionOptions &options);

/// y[b, t, h, n] = sum_k x[b, t, h, k] w[h, n, k], or w[h, k, n] if `transposed`.
Tensor headLinear(const Tensor &input, const Tensor &weight, bool transposed);
/// dw[h, n, k] = sum_bt dy[b, t, h, n] x[b, t, h, k].
Tensor headLinearGradWeight(const Tensor &grad, const Tensor &input);

/// y[b, t, h, d] = x[b, t, d] for every one of `heads` heads.
Tensor shareHeads(const Tensor &input, int64_t heads);
/// y[b, t, d] = sum_h x[b, t, h, d].
Tensor sumHeads(const Tensor &input);

} // namespace dsa::reference
