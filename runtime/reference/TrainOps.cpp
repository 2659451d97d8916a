// The meaning of every training op as plain loops in double.
#include "runtime/reference/TrainOps.h"

#include "runtime/reference/View.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

namespace dsa::reference {

llvm::Expected<std::array<Tensor, 2>> clipByGlobalNorm(llvm::ArrayRef<Tensor> grads, double maxNorm,
                                                       llvm::ArrayRef<llvm::StringRef> names) {
  auto nameOf = [&](size_t number) {
    return names.empty() ? llvm::formatv("operand {0}", number).str()
                         : ("gradient of " + names[number]).str();
  };
  std::array<Tensor, 2> result = {doubles({}), doubles({})};
  double sum = 0;
  for (auto [number, grad] : llvm::enumerate(grads)) {
    Doubles g = rowsOf(grad);
    for (int64_t r = 0; r < g.size(0); ++r)
      for (int64_t c = 0; c < g.size(1); ++c) {
        if (!std::isfinite(g(r, c)))
          return llvm::createStringError(
              llvm::formatv("dsa.clip_by_global_norm: expected finite numbers in row {0} of "
                            "{1}, got {2}",
                            r, nameOf(number), g(r, c)));
        sum += g(r, c) * g(r, c);
      }
  }
  *result[0].data<double>() = std::min(1.0, maxNorm / (std::sqrt(sum) + 1e-6));
  *result[1].data<double>() = std::sqrt(sum);
  return result;
}

std::array<Tensor, 3> adamStep(const Tensor &parameter, const Tensor &grad,
                               const Tensor &firstMoment, const Tensor &secondMoment,
                               const Tensor &learningRate, const Tensor &step,
                               const std::optional<Tensor> &gradFactor,
                               const AdamOptions &options) {
  std::array<Tensor, 3> result = {parameter.clone(), firstMoment.clone(), secondMoment.clone()};
  Doubles p = flat<double>(result[0]), m = flat<double>(result[1]), v = flat<double>(result[2]);
  double lr = *learningRate.data<double>(), factor = gradFactor ? *gradFactor->data<double>() : 1;
  double n = *step.data<int64_t>();
  for (int64_t i = 0; i < parameter.numElements(); ++i) {
    double g = grad.data<double>()[i] * factor;
    if (options.decoupled)
      p(i) -= lr * options.weightDecay * p(i);
    else
      g += options.weightDecay * p(i);
    m(i) = options.beta1 * m(i) + (1 - options.beta1) * g;
    v(i) = options.beta2 * v(i) + (1 - options.beta2) * g * g;
    double mean = m(i) / (1 - std::pow(options.beta1, n)),
           variance = v(i) / (1 - std::pow(options.beta2, n));
    p(i) -= lr * mean / (std::sqrt(variance) + options.eps);
  }
  return result;
}

} // namespace dsa::reference
