// The meaning of every mixture-of-experts op as plain loops in double: floats are f64 tensors,
// indices i32. T tokens, E experts, K slots a token, R = T K dispatched rows.
#pragma once

#include "runtime/Tensor.h"

#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <optional>

namespace dsa::reference {

/// Of z = logits + noise * normal numbers (only with `key`): weights [T, K], the softmax over the k
/// chosen z; experts [T, K] by (z descending, index ascending); probabilities [T, E], the softmax
/// over all z. Where `chosen` is given, experts are those. Fails on a chosen expert outside [0, E).
llvm::Expected<std::array<Tensor, 3>> route(const Tensor &logits, const std::optional<Tensor> &key,
                                            const std::optional<Tensor> &chosen, int64_t k,
                                            double noise);
/// dlogits [T, E] from the gradients of the weights and of the probabilities.
Tensor routeGrad(const Tensor &weightsGrad, const Tensor &probabilitiesGrad, const Tensor &weights,
                 const Tensor &experts, const Tensor &probabilities);

/// Rows [R, D] grouped by expert, stable in (token, slot) order; offsets [E + 1] of the groups;
/// slots [R], the token * K + slot of every row; positions [T, K], the row of every slot. Fails on
/// an expert outside [0, E).
llvm::Expected<std::array<Tensor, 4>> dispatch(const Tensor &input, const Tensor &experts,
                                               int64_t numExperts);
/// dx[t] = sum_j drows[positions[t, j]].
Tensor dispatchGrad(const Tensor &grad, const Tensor &positions);

/// y[r, n] = sum_k x[r, k] w[e(r), n, k], e(r) the expert with offsets[e] <= r < offsets[e + 1].
Tensor groupedLinear(const Tensor &input, const Tensor &weight, const Tensor &offsets);
/// dx[r, k] = sum_n dy[r, n] w[e(r), n, k].
Tensor groupedLinearGradInput(const Tensor &grad, const Tensor &weight, const Tensor &offsets);
/// dw[e, n, k] = sum over the rows r of expert e of dy[r, n] x[r, k].
Tensor groupedLinearGradWeight(const Tensor &grad, const Tensor &input, const Tensor &offsets);

/// y[t] = sum_j weights[t, j] rows[positions[t, j]].
Tensor combine(const Tensor &rows, const Tensor &weights, const Tensor &positions);
/// Gradients of the rows and of the weights.
std::array<Tensor, 2> combineGrad(const Tensor &grad, const Tensor &rows, const Tensor &weights,
                                  const Tensor &positions);

/// coefficient E sum_e f_e P_e, f_e the share of slots of expert e, P_e its mean probability.
Tensor balanceLoss(const Tensor &probabilities, const Tensor &experts, double coefficient);
/// dprobabilities [T, E]; the routing is a constant.
Tensor balanceLossGrad(const Tensor &grad, const Tensor &experts, int64_t numExperts,
                       double coefficient);

} // namespace dsa::reference
