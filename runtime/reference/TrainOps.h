// The meaning of every training op as plain loops in double.
#pragma once

#include "runtime/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <optional>

namespace dsa::reference {

/// The factor min(1, maxNorm / (norm + 1e-6)) and the norm of all gradients together. Fails at the
/// first row that is not finite, and calls its gradient by one of `names` if there are any.
llvm::Expected<std::array<Tensor, 2>> clipByGlobalNorm(llvm::ArrayRef<Tensor> grads, double maxNorm,
                                                       llvm::ArrayRef<llvm::StringRef> names = {});

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weightDecay = 0;
  bool decoupled = false; ///< the decay acts on the parameter (AdamW), not through the gradient
};
/// New parameter, first and second moment (Kingma and Ba 2015; Loshchilov and Hutter 2019). `step`
/// (i64) counts from 1; `gradFactor` scales the gradient first.
std::array<Tensor, 3> adamStep(const Tensor &parameter, const Tensor &grad,
                               const Tensor &firstMoment, const Tensor &secondMoment,
                               const Tensor &learningRate, const Tensor &step,
                               const std::optional<Tensor> &gradFactor, const AdamOptions &options);

} // namespace dsa::reference
