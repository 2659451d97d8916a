// The meaning of every mixture-of-experts op as plain loops in double.
#include "runtime/reference/MoeOps.h"

#include "runtime/reference/Random.h"
#include "runtime/reference/View.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVectorExtras.h"

#include <cmath>

namespace dsa::reference {

/// The k best entries of z by (value descending, index ascending). NaN compares false, so it is
/// chosen last or by its index, never out of bounds.
static llvm::SmallVector<int64_t> best(llvm::ArrayRef<double> z, int64_t k) {
  llvm::SmallVector<int64_t> chosen;
  while (static_cast<int64_t>(chosen.size()) < k) {
    int64_t winner = -1;
    for (int64_t e = 0; e < static_cast<int64_t>(z.size()); ++e)
      if (!llvm::is_contained(chosen, e) && (winner < 0 || z[e] > z[winner]))
        winner = e;
    chosen.push_back(winner);
  }
  return chosen;
}

static llvm::SmallVector<double> softmax(llvm::ArrayRef<double> z) {
  double total = logSumExp(z);
  return llvm::map_to_vector(z, [&](double value) { return std::exp(value - total); });
}

/// dz of a softmax: p_i (dp_i - sum_j p_j dp_j).
static llvm::SmallVector<double> softmaxGrad(llvm::ArrayRef<double> p, llvm::ArrayRef<double> dp) {
  double sum = 0;
  for (auto [probability, gradient] : llvm::zip_equal(p, dp))
    sum += probability * gradient;
  return llvm::map_to_vector(llvm::zip_equal(p, dp), [&](auto pair) {
    return std::get<0>(pair) * (std::get<1>(pair) - sum);
  });
}

static llvm::ArrayRef<double> row(const Doubles &matrix, int64_t r) {
  return {&matrix(r, 0), static_cast<size_t>(matrix.size(1))};
}

llvm::Expected<std::array<Tensor, 3>> route(const Tensor &logits, const std::optional<Tensor> &key,
                                            const std::optional<Tensor> &chosen, int64_t k,
                                            double noise) {
  Doubles clean(logits);
  int64_t tokens = clean.size(0), numExperts = clean.size(1);
  if (chosen)
    if (auto error = expectInRange("dsa.route", "a chosen expert", *chosen, 0, numExperts, k))
      return error;
  std::array<Tensor, 3> result = {doubles({tokens, k}), indices({tokens, k}), zerosLike(logits)};
  for (int64_t t = 0; t < tokens; ++t) {
    llvm::SmallVector<double> z(row(clean, t));
    for (int64_t e = 0; key && e < numExperts; ++e)
      z[e] += noise * RandomStream(*key).gaussian(t * numExperts + e);
    llvm::SmallVector<int64_t> experts = best(z, k);
    for (int64_t j = 0; chosen && j < k; ++j)
      experts[j] = Indices(*chosen)(t, j);
    auto weights = softmax(llvm::map_to_vector(experts, [&](int64_t e) { return z[e]; }));
    llvm::copy(weights, &Doubles(result[0])(t, 0));
    llvm::copy(experts, &Indices(result[1])(t, 0));
    llvm::copy(softmax(z), &Doubles(result[2])(t, 0));
  }
  return result;
}

Tensor routeGrad(const Tensor &weightsGrad, const Tensor &probabilitiesGrad, const Tensor &weights,
                 const Tensor &experts, const Tensor &probabilities) {
  Tensor result = zerosLike(probabilities);
  Doubles dw(weightsGrad), dp(probabilitiesGrad), w(weights), p(probabilities), dz(result);
  for (int64_t t = 0; t < p.size(0); ++t) {
    llvm::copy(softmaxGrad(row(p, t), row(dp, t)), &dz(t, 0));
    for (auto [j, gradient] : llvm::enumerate(softmaxGrad(row(w, t), row(dw, t))))
      dz(t, Indices(experts)(t, j)) += gradient;
  }
  return result;
}

llvm::Expected<std::array<Tensor, 4>> dispatch(const Tensor &input, const Tensor &experts,
                                               int64_t numExperts) {
  int64_t width = experts.shape()[1], numRows = experts.numElements();
  if (auto error = expectInRange("dsa.dispatch", "an expert", experts, 0, numExperts, width))
    return error;
  Doubles x(input);
  std::array<Tensor, 4> result = {doubles({numRows, x.size(1)}), indices({numExperts + 1}),
                                  indices({numRows}), indices(experts.shape())};
  Doubles rows(result[0]);
  Indices offset(result[1]), slots(result[2]), position = flat<int32_t>(result[3]);
  int64_t next = 0;
  for (int64_t e = 0; e < numExperts; ++e) {
    for (int64_t slot = 0; slot < numRows; ++slot) {
      if (flat<int32_t>(experts)(slot) != e)
        continue;
      llvm::copy(row(x, slot / width), &rows(next, 0));
      position(slot) = next;
      slots(next++) = slot;
    }
    offset(e + 1) = next;
  }
  return result;
}

Tensor dispatchGrad(const Tensor &grad, const Tensor &positions) {
  Indices position(positions);
  Doubles drows(grad);
  Tensor result = doubles({position.size(0), drows.size(1)});
  Doubles dx(result);
  for (int64_t t = 0; t < dx.size(0); ++t)
    for (int64_t j = 0; j < position.size(1); ++j)
      for (int64_t d = 0; d < dx.size(1); ++d)
        dx(t, d) += drows(position(t, j), d);
  return result;
}

/// Calls `visit(e, r)` for every expert e and every row r of it.
static void forEachGroupedRow(const Tensor &offsets,
                              llvm::function_ref<void(int64_t e, int64_t r)> visit) {
  Indices offset(offsets);
  for (int64_t e = 0; e + 1 < offset.size(0); ++e)
    for (int64_t r = offset(e); r < offset(e + 1); ++r)
      visit(e, r);
}

Tensor groupedLinear(const Tensor &input, const Tensor &weight, const Tensor &offsets) {
  Doubles x(input), w(weight);
  Tensor result = doubles({x.size(0), w.size(1)});
  Doubles y(result);
  forEachGroupedRow(offsets, [&](int64_t e, int64_t r) {
    for (int64_t n = 0; n < w.size(1); ++n)
      for (int64_t k = 0; k < w.size(2); ++k)
        y(r, n) += x(r, k) * w(e, n, k);
  });
  return result;
}

Tensor groupedLinearGradInput(const Tensor &grad, const Tensor &weight, const Tensor &offsets) {
  Doubles dy(grad), w(weight);
  Tensor result = doubles({dy.size(0), w.size(2)});
  Doubles dx(result);
  forEachGroupedRow(offsets, [&](int64_t e, int64_t r) {
    for (int64_t n = 0; n < w.size(1); ++n)
      for (int64_t k = 0; k < w.size(2); ++k)
        dx(r, k) += dy(r, n) * w(e, n, k);
  });
  return result;
}

Tensor groupedLinearGradWeight(const Tensor &grad, const Tensor &input, const Tensor &offsets) {
  Doubles dy(grad), x(input);
  Tensor result = doubles({offsets.numElements() - 1, dy.size(1), x.size(1)});
  Doubles dw(result);
  forEachGroupedRow(offsets, [&](int64_t e, int64_t r) {
    for (int64_t n = 0; n < dw.size(1); ++n)
      for (int64_t k = 0; k < dw.size(2); ++k)
        dw(e, n, k) += dy(r, n) * x(r, k);
  });
  return result;
}

Tensor combine(const Tensor &rows, const Tensor &weights, const Tensor &positions) {
  Doubles x(rows), w(weights);
  Indices position(positions);
  Tensor result = doubles({w.size(0), x.size(1)});
  Doubles y(result);
  for (int64_t t = 0; t < w.size(0); ++t)
    for (int64_t j = 0; j < w.size(1); ++j)
      for (int64_t d = 0; d < x.size(1); ++d)
        y(t, d) += w(t, j) * x(position(t, j), d);
  return result;
}

std::array<Tensor, 2> combineGrad(const Tensor &grad, const Tensor &rows, const Tensor &weights,
                                  const Tensor &positions) {
  std::array<Tensor, 2> result = {zerosLike(rows), zerosLike(weights)};
  Doubles dy(grad), x(rows), w(weights), dx(result[0]), dw(result[1]);
  Indices position(positions);
  for (int64_t t = 0; t < w.size(0); ++t)
    for (int64_t j = 0; j < w.size(1); ++j)
      for (int64_t d = 0; d < x.size(1); ++d) {
        dx(position(t, j), d) += w(t, j) * dy(t, d);
        dw(t, j) += x(position(t, j), d) * dy(t, d);
      }
  return result;
}

/// f_e: the share of all slots that chose each expert.
static llvm::SmallVector<double> slotShares(const Tensor &experts, int64_t numExperts) {
  llvm::SmallVector<double> share(numExperts, 0.0);
  for (int64_t slot = 0; slot < experts.numElements(); ++slot)
    share[flat<int32_t>(experts)(slot)] += 1.0 / experts.numElements();
  return share;
}

Tensor balanceLoss(const Tensor &probabilities, const Tensor &experts, double coefficient) {
  Doubles p(probabilities);
  Tensor result = doubles({});
  auto share = slotShares(experts, p.size(1));
  for (int64_t t = 0; t < p.size(0); ++t)
    for (int64_t e = 0; e < p.size(1); ++e)
      *result.data<double>() += coefficient * p.size(1) * share[e] * p(t, e) / p.size(0);
  return result;
}

Tensor balanceLossGrad(const Tensor &grad, const Tensor &experts, int64_t numExperts,
                       double coefficient) {
  int64_t tokens = experts.shape()[0];
  Tensor result = doubles({tokens, numExperts});
  auto share = slotShares(experts, numExperts);
  for (int64_t t = 0; t < tokens; ++t)
    for (int64_t e = 0; e < numExperts; ++e)
      Doubles(result)(t, e) = *grad.data<double>() * coefficient * numExperts * share[e] / tokens;
  return result;
}

} // namespace dsa::reference
