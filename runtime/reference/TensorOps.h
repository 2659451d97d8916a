// The meaning of every tensor op as plain loops in double: floats are f64 tensors, indices i32.
#pragma once

#include "runtime/Tensor.h"

#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <optional>

namespace dsa::reference {

/// y[...] = table[ids[...]]. Fails on an id outside the table [V, D].
llvm::Expected<Tensor> embedding(const Tensor &table, const Tensor &ids);
/// The gradient [rows, D] of the table. Fails on an id outside [0, rows).
llvm::Expected<Tensor> embeddingGrad(const Tensor &grad, const Tensor &ids, int64_t rows);

/// y[..., n] = sum_k x[..., k] w[n, k].
Tensor linear(const Tensor &input, const Tensor &weight);
/// dx[..., k] = sum_n dy[..., n] w[n, k].
Tensor linearGradInput(const Tensor &grad, const Tensor &weight);
/// dw[n, k] = sum over rows of dy[row, n] x[row, k].
Tensor linearGradWeight(const Tensor &grad, const Tensor &input);

/// y = x / sqrt(mean(x^2) + eps) * gain over the last axis.
Tensor rmsNorm(const Tensor &input, const Tensor &gain, double eps);
/// Gradients of the input and of the gain.
std::array<Tensor, 2> rmsNormGrad(const Tensor &grad, const Tensor &input, const Tensor &gain,
                                  double eps);

/// Which columns of [B, L, H, D] `rope` turns, and how.
struct RopeOptions {
  bool half = false; ///< pairs (i, i + width / 2) instead of (2 i, 2 i + 1)
  double base = 10000;
  int64_t first = 0;
  int64_t width = 0;
  bool inverse = false;
  double factor = 1; ///< slows the pairs down, all of them or those behind the ramp
  std::optional<std::array<int64_t, 2>> ramp; ///< pairs up to the first keep their speed, pairs
                                              ///< from the second on are slowed down in full
  double magnitude = 1;                       ///< of the turned columns
};
/// Turns pair i of row t by (offset + t) f_i, f_i = base^(-2 i / width) (g + (1 - g) / factor),
/// where g falls from 1 to 0 along the ramp and is 0 without one; other columns pass through.
Tensor rope(const Tensor &input, const std::optional<Tensor> &positionOffset,
            const RopeOptions &options);

/// y = x / (1 + exp(-x)).
Tensor silu(const Tensor &input);
/// dx = dy s (1 + x (1 - s)), s = 1 / (1 + exp(-x)).
Tensor siluGrad(const Tensor &grad, const Tensor &input);
Tensor add(const Tensor &lhs, const Tensor &rhs);
Tensor mul(const Tensor &lhs, const Tensor &rhs);
Tensor scale(const Tensor &input, double factor);

/// Zeroes each element with probability p and scales the rest by 1 / (1 - p). With `rows` (i32 [R])
/// the element (r, c) of [R, C] draws the number of element (rows[r], c).
Tensor dropout(const Tensor &input, const Tensor &key, const std::optional<Tensor> &rows, double p);

/// Mean loss, loss of every token, and log-sum-exp over the last axis. Fails on a target outside
/// [0, V).
llvm::Expected<std::array<Tensor, 3>> crossEntropy(const Tensor &logits, const Tensor &targets);
/// dlogits = dloss (softmax(logits) - onehot(target)) / tokens. Fails on a target outside [0, V).
llvm::Expected<Tensor> crossEntropyGrad(const Tensor &grad, const Tensor &logits,
                                        const Tensor &targets, const Tensor &lse);

/// Index of the largest entry of the last axis, the lowest among equals.
Tensor argmax(const Tensor &input);

} // namespace dsa::reference
