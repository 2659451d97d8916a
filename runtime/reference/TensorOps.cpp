// The meaning of every tensor op as plain loops in double.
#include "runtime/reference/TensorOps.h"

#include "runtime/reference/Random.h"
#include "runtime/reference/View.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

namespace dsa::reference {

static Tensor elementwise(const Tensor &input,
                          llvm::function_ref<double(int64_t i, double x)> function) {
  Tensor result = zerosLike(input);
  Doubles x = flat<double>(input), y = flat<double>(result);
  for (int64_t i = 0; i < input.numElements(); ++i)
    y(i) = function(i, x(i));
  return result;
}

static double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

llvm::Expected<Tensor> embedding(const Tensor &table, const Tensor &ids) {
  Doubles row(table);
  if (auto error = expectInRange("dsa.embedding", "an id", ids, 0, row.size(0)))
    return error;
  Tensor result = doubles(join(ids.shape(), row.size(1)));
  Doubles y = rowsOf(result);
  for (int64_t r = 0; r < y.size(0); ++r)
    for (int64_t d = 0; d < y.size(1); ++d)
      y(r, d) = row(flat<int32_t>(ids)(r), d);
  return result;
}

llvm::Expected<Tensor> embeddingGrad(const Tensor &grad, const Tensor &ids, int64_t rows) {
  if (auto error = expectInRange("dsa.embedding_grad", "an id", ids, 0, rows))
    return error;
  Doubles dy = rowsOf(grad);
  Tensor result = doubles({rows, dy.size(1)});
  Doubles dtable(result);
  for (int64_t r = 0; r < dy.size(0); ++r)
    for (int64_t d = 0; d < dy.size(1); ++d)
      dtable(flat<int32_t>(ids)(r), d) += dy(r, d);
  return result;
}

Tensor linear(const Tensor &input, const Tensor &weight) {
  Doubles x = rowsOf(input), w(weight);
  Tensor result = doubles(join(input.shape().drop_back(), w.size(0)));
  Doubles y = rowsOf(result);
  for (int64_t r = 0; r < y.size(0); ++r)
    for (int64_t n = 0; n < y.size(1); ++n)
      for (int64_t k = 0; k < x.size(1); ++k)
        y(r, n) += x(r, k) * w(n, k);
  return result;
}

Tensor linearGradInput(const Tensor &grad, const Tensor &weight) {
  Doubles dy = rowsOf(grad), w(weight);
  Tensor result = doubles(join(grad.shape().drop_back(), w.size(1)));
  Doubles dx = rowsOf(result);
  for (int64_t r = 0; r < dx.size(0); ++r)
    for (int64_t n = 0; n < dy.size(1); ++n)
      for (int64_t k = 0; k < dx.size(1); ++k)
        dx(r, k) += dy(r, n) * w(n, k);
  return result;
}

Tensor linearGradWeight(const Tensor &grad, const Tensor &input) {
  Doubles dy = rowsOf(grad), x = rowsOf(input);
  Tensor result = doubles({dy.size(1), x.size(1)});
  Doubles dw(result);
  for (int64_t r = 0; r < x.size(0); ++r)
    for (int64_t n = 0; n < dw.size(0); ++n)
      for (int64_t k = 0; k < dw.size(1); ++k)
        dw(n, k) += dy(r, n) * x(r, k);
  return result;
}

/// 1 / sqrt(mean of row r of x^2 + eps).
static double inverseRms(const Doubles &x, int64_t r, double eps) {
  double sum = 0;
  for (int64_t d = 0; d < x.size(1); ++d)
    sum += x(r, d) * x(r, d);
  return 1 / std::sqrt(sum / x.size(1) + eps);
}

Tensor rmsNorm(const Tensor &input, const Tensor &gain, double eps) {
  Tensor result = zerosLike(input);
  Doubles x = rowsOf(input), g(gain), y = rowsOf(result);
  for (int64_t r = 0; r < x.size(0); ++r) {
    double inverse = inverseRms(x, r, eps);
    for (int64_t d = 0; d < x.size(1); ++d)
      y(r, d) = x(r, d) * inverse * g(d);
  }
  return result;
}

std::array<Tensor, 2> rmsNormGrad(const Tensor &grad, const Tensor &input, const Tensor &gain,
                                  double eps) {
  std::array<Tensor, 2> result = {zerosLike(input), zerosLike(gain)};
  Doubles dy = rowsOf(grad), x = rowsOf(input), g(gain), dx = rowsOf(result[0]), dg(result[1]);
  for (int64_t r = 0; r < x.size(0); ++r) {
    double inverse = inverseRms(x, r, eps), mean = 0;
    for (int64_t d = 0; d < x.size(1); ++d)
      mean += dy(r, d) * g(d) * x(r, d) / x.size(1);
    for (int64_t d = 0; d < x.size(1); ++d) {
      dx(r, d) = inverse * (dy(r, d) * g(d) - x(r, d) * inverse * inverse * mean);
      dg(d) += dy(r, d) * x(r, d) * inverse;
    }
  }
  return result;
}

/// Radians per position of pair i.
static double ropeFrequency(const RopeOptions &options, int64_t i) {
  double turn = std::pow(options.base, -2.0 * i / options.width);
  if (!options.ramp)
    return turn / options.factor;
  auto [low, high] = *options.ramp;
  if (i <= low)
    return turn;
  if (i >= high)
    return turn / options.factor;
  double slowed = double(i - low) / double(high - low);
  return (1 - slowed) * turn + slowed * turn / options.factor;
}

Tensor rope(const Tensor &input, const std::optional<Tensor> &positionOffset,
            const RopeOptions &options) {
  Tensor result = input.clone();
  Doubles x(input), y(result);
  int64_t offset = positionOffset ? *positionOffset->data<int32_t>() : 0;
  int64_t pairs = options.width / 2;
  for (int64_t b = 0; b < x.size(0); ++b)
    for (int64_t t = 0; t < x.size(1); ++t)
      for (int64_t h = 0; h < x.size(2); ++h)
        for (int64_t i = 0; i < pairs; ++i) {
          int64_t m = options.first + (options.half ? i : 2 * i),
                  n = options.half ? m + pairs : m + 1;
          double angle = (offset + t) * ropeFrequency(options, i);
          double cosine = options.magnitude * std::cos(angle),
                 sine = (options.inverse ? -1 : 1) * options.magnitude * std::sin(angle);
          y(b, t, h, m) = x(b, t, h, m) * cosine - x(b, t, h, n) * sine;
          y(b, t, h, n) = x(b, t, h, m) * sine + x(b, t, h, n) * cosine;
        }
  return result;
}

Tensor silu(const Tensor &input) {
  return elementwise(input, [](int64_t, double x) { return x * sigmoid(x); });
}

Tensor siluGrad(const Tensor &grad, const Tensor &input) {
  Doubles dy = flat<double>(grad);
  return elementwise(input, [&](int64_t i, double x) {
    double s = sigmoid(x);
    return dy(i) * s * (1 + x * (1 - s));
  });
}

Tensor add(const Tensor &lhs, const Tensor &rhs) {
  Doubles other = flat<double>(rhs);
  return elementwise(lhs, [&](int64_t i, double x) { return x + other(i); });
}

Tensor mul(const Tensor &lhs, const Tensor &rhs) {
  Doubles other = flat<double>(rhs);
  return elementwise(lhs, [&](int64_t i, double x) { return x * other(i); });
}

Tensor scale(const Tensor &input, double factor) {
  return elementwise(input, [&](int64_t, double x) { return factor * x; });
}

Tensor dropout(const Tensor &input, const Tensor &key, const std::optional<Tensor> &rows,
               double p) {
  RandomStream random(key);
  int64_t columns = input.shape().empty() ? 1 : input.shape().back();
  return elementwise(input, [&](int64_t i, double x) {
    int64_t row = rows ? rows->data<int32_t>()[i / columns] : i / columns;
    double factor = random.keepFactor(row * columns + i % columns, p);
    return factor == 0 ? 0 : x * factor;
  });
}

llvm::Expected<std::array<Tensor, 3>> crossEntropy(const Tensor &logits, const Tensor &targets) {
  Doubles z = rowsOf(logits);
  if (auto error = expectInRange("dsa.cross_entropy", "a target", targets, 0, z.size(1)))
    return error;
  Tensor loss = doubles({}), tokenLoss = doubles(targets.shape()), lse = doubles(targets.shape());
  for (int64_t r = 0; r < z.size(0); ++r) {
    flat<double>(lse)(r) = logSumExp({&z(r, 0), static_cast<size_t>(z.size(1))});
    double own = flat<double>(lse)(r) - z(r, flat<int32_t>(targets)(r));
    if (!std::isfinite(own))
      return llvm::createStringError(
          llvm::formatv("dsa.cross_entropy: expected a finite loss in row {0}, got {1}", r, own));
    flat<double>(tokenLoss)(r) = own;
    *loss.data<double>() += flat<double>(tokenLoss)(r) / z.size(0);
  }
  return std::array<Tensor, 3>{loss, tokenLoss, lse};
}

llvm::Expected<Tensor> crossEntropyGrad(const Tensor &grad, const Tensor &logits,
                                        const Tensor &targets, const Tensor &lse) {
  Tensor result = zerosLike(logits);
  Doubles z = rowsOf(logits), dz = rowsOf(result);
  if (auto error = expectInRange("dsa.cross_entropy_grad", "a target", targets, 0, z.size(1)))
    return error;
  double dloss = *grad.data<double>() / z.size(0);
  for (int64_t r = 0; r < z.size(0); ++r) {
    for (int64_t v = 0; v < z.size(1); ++v)
      dz(r, v) = dloss * std::exp(z(r, v) - flat<double>(lse)(r));
    dz(r, flat<int32_t>(targets)(r)) -= dloss;
  }
  return result;
}

Tensor argmax(const Tensor &input) {
  Doubles x = rowsOf(input);
  Tensor result = indices(input.shape().drop_back());
  Indices best = flat<int32_t>(result);
  for (int64_t r = 0; r < x.size(0); ++r)
    for (int64_t d = 1; d < x.size(1); ++d)
      if (x(r, d) > x(r, best(r)))
        best(r) = d;
  return result;
}

} // namespace dsa::reference
