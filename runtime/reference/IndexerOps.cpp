// The meaning of every indexer op as plain loops in double.
#include "runtime/reference/IndexerOps.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

namespace dsa::reference {

/// q[b, t, j, :] . k[b, s, :].
static double indexProduct(const Doubles &q, const Doubles &k, int64_t b, int64_t t, int64_t j,
                           int64_t s) {
  double sum = 0;
  for (int64_t d = 0; d < q.size(3); ++d)
    sum += q(b, t, j, d) * k(b, s, d);
  return sum;
}

Tensor indexScores(const Tensor &query, const Tensor &indexKey, const Tensor &weight,
                   double scale) {
  Doubles q(query), k(indexKey), w(weight);
  Tensor result = doubles({q.size(0), q.size(1), k.size(1)});
  Doubles score(result);
  for (int64_t b = 0; b < q.size(0); ++b)
    for (int64_t t = 0; t < q.size(1); ++t)
      for (int64_t s = 0; s < k.size(1); ++s)
        for (int64_t j = 0; j < q.size(2); ++j)
          score(b, t, s) += scale * w(b, t, j) * std::max(indexProduct(q, k, b, t, j, s), 0.0);
  return result;
}

std::array<Tensor, 3> indexScoresGrad(const Tensor &grad, const Tensor &query,
                                      const Tensor &indexKey, const Tensor &weight, double scale) {
  std::array<Tensor, 3> result = {zerosLike(query), zerosLike(indexKey), zerosLike(weight)};
  Doubles ds(grad), q(query), k(indexKey), w(weight), dq(result[0]), dk(result[1]), dw(result[2]);
  for (int64_t b = 0; b < q.size(0); ++b)
    for (int64_t t = 0; t < q.size(1); ++t)
      for (int64_t s = 0; s < k.size(1); ++s)
        for (int64_t j = 0; j < q.size(2); ++j) {
          double product = indexProduct(q, k, b, t, j, s);
          if (product <= 0)
            continue;
          dw(b, t, j) += scale * ds(b, t, s) * product;
          for (int64_t d = 0; d < q.size(3); ++d) {
            dq(b, t, j, d) += scale * ds(b, t, s) * w(b, t, j) * k(b, s, d);
            dk(b, s, d) += scale * ds(b, t, s) * w(b, t, j) * q(b, t, j, d);
          }
        }
  return result;
}

Tensor fillFuture(const Tensor &scores, const std::optional<Tensor> &queryOffset, double value) {
  Tensor result = scores.clone();
  Doubles y(result);
  for (int64_t b = 0; b < y.size(0); ++b)
    for (int64_t t = 0; t < y.size(1); ++t)
      for (int64_t s = 0; s < y.size(2); ++s)
        if (s > valueOr0(queryOffset) + t)
          y(b, t, s) = value;
  return result;
}

llvm::Expected<Tensor> topK(const Tensor &scores, const Visibility &visibility, int64_t k) {
  Doubles score(scores);
  Tensor result = indices({score.size(0), score.size(1), k});
  Indices chosen(result);
  for (int64_t b = 0; b < score.size(0); ++b)
    for (int64_t t = 0; t < score.size(1); ++t) {
      Keys keys = visibleKeys(visibility, b, t, score.size(2));
      if (llvm::any_of(keys, [&](int64_t s) { return std::isnan(score(b, t, s)); }))
        return llvm::createStringError(llvm::formatv(
            "dsa.top_k: expected scores without NaN in row {0}, got NaN", b * score.size(1) + t));
      llvm::sort(keys, [&](int64_t l, int64_t r) {
        return std::tuple(-score(b, t, l), l) < std::tuple(-score(b, t, r), r);
      });
      keys.truncate(std::min<size_t>(k, keys.size()));
      llvm::sort(keys);
      keys.resize(k, -1);
      for (int64_t j = 0; j < k; ++j)
        chosen(b, t, j) = keys[j];
    }
  return result;
}

Tensor window(llvm::ArrayRef<int64_t> shape, const std::optional<Tensor> &queryOffset,
              int64_t keys) {
  Tensor result = indices(shape);
  Indices chosen(result);
  for (int64_t b = 0; b < shape[0]; ++b)
    for (int64_t t = 0; t < shape[1]; ++t) {
      int64_t position = valueOr0(queryOffset) + t,
              first = std::max<int64_t>(0, position - shape[2] + 1);
      for (int64_t j = 0; j < shape[2]; ++j)
        chosen(b, t, j) = first + j <= std::min(position, keys - 1) ? first + j : -1;
    }
  return result;
}

/// The places of row (b, t) that hold a key of the support, with that key.
static llvm::SmallVector<std::pair<int64_t, int64_t>> placesOf(const Support &support, int64_t b,
                                                               int64_t t, int64_t numKeys) {
  llvm::SmallVector<std::pair<int64_t, int64_t>> places;
  int64_t count = support.indices ? support.indices->shape()[2] : numKeys;
  for (int64_t j = 0; j < count; ++j) {
    int64_t s = support.indices ? Indices(*support.indices)(b, t, j) : j;
    if (s >= 0 && support.isVisible(b, t, s))
      places.push_back({j, s});
  }
  return places;
}

namespace {
/// Operands of an attention over keys [B, Lk, G, D].
struct Attended {
  Doubles q, k, lse;
  double scale;
};
} // namespace

/// sum_h exp(scale q[b, t, h, :] . k[b, s, g, :] - lse[b, h, t]).
static double attentionOfAllHeads(const Attended &in, int64_t b, int64_t t, int64_t s) {
  double sum = 0;
  int64_t heads = in.q.size(2);
  for (int64_t h = 0; h < heads; ++h) {
    double product = 0;
    for (int64_t d = 0; d < in.q.size(3); ++d)
      product += in.q(b, t, h, d) * in.k(b, s, h / (heads / in.k.size(2)), d);
    sum += std::exp(in.scale * product - in.lse(b, h, t));
  }
  return sum;
}

/// Writes the attention of all heads, normalised, to the places of row (b, t) of p. Returns what it
/// summed to.
static double imitatedRow(Doubles &p, const Attended &in, int64_t b, int64_t t,
                          llvm::ArrayRef<std::pair<int64_t, int64_t>> places) {
  double mass = 0;
  for (auto [place, s] : places)
    mass += p(b, t, place) = attentionOfAllHeads(in, b, t, s);
  for (auto [place, s] : places)
    p(b, t, place) = mass > 0 ? p(b, t, place) / mass : 0;
  return mass;
}

/// log(softmax) of the scores of row (b, t) at its places.
static llvm::SmallVector<double> logSoftmax(const Doubles &score, int64_t b, int64_t t,
                                            llvm::ArrayRef<std::pair<int64_t, int64_t>> places) {
  llvm::SmallVector<double> values;
  for (auto [place, s] : places)
    values.push_back(score(b, t, s));
  double total = logSumExp(values);
  for (double &value : values)
    value -= total;
  return values;
}

static llvm::Error checkIndices(llvm::StringRef op, const Support &support, int64_t keys) {
  if (!support.indices)
    return llvm::Error::success();
  return expectInRange(op, "an index", *support.indices, -1, keys, support.indices->shape().back());
}

llvm::Expected<std::array<Tensor, 3>> indexKl(const Tensor &scores, const Tensor &query,
                                              const Tensor &keys, const Tensor &lse,
                                              const Support &support, double scale) {
  Doubles score(scores), q(query), k(keys), total(lse);
  int64_t batch = score.size(0), rows = score.size(1), count = score.size(2), valid = 0;
  if (auto error = checkIndices("dsa.index_kl", support, count))
    return error;
  int64_t width = support.indices ? support.indices->shape()[2] : count;
  std::array<Tensor, 3> result = {doubles({}), doubles({batch, rows}),
                                  doubles({batch, rows, width})};
  Doubles rowLoss(result[1]), p(result[2]);
  double sum = 0;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t t = 0; t < rows; ++t) {
      auto places = placesOf(support, b, t, count);
      double mass = imitatedRow(p, {q, k, total, scale}, b, t, places);
      for (auto [at, log] : llvm::zip_equal(places, logSoftmax(score, b, t, places)))
        if (double share = p(b, t, at.first); share > 0)
          rowLoss(b, t) += share * (std::log(share) - log);
      if (!std::isfinite(rowLoss(b, t)) || !std::isfinite(mass))
        return llvm::createStringError(
            llvm::formatv("dsa.index_kl: expected a finite loss in row {0}, got {1}", b * rows + t,
                          std::isfinite(mass) ? rowLoss(b, t) : mass));
      valid += !places.empty();
      sum += rowLoss(b, t);
    }
  result[0].set(0, valid ? sum / static_cast<double>(valid) : 0);
  return result;
}

Tensor indexTarget(const Tensor &query, const Tensor &keys, const Tensor &lse,
                   const Visibility &visibility, double scale) {
  Doubles q(query), k(keys), total(lse);
  Tensor result = doubles({q.size(0), q.size(1), k.size(1)});
  Doubles p(result);
  for (int64_t b = 0; b < q.size(0); ++b)
    for (int64_t t = 0; t < q.size(1); ++t)
      imitatedRow(p, {q, k, total, scale}, b, t,
                  placesOf({visibility, std::nullopt}, b, t, k.size(1)));
  return result;
}

llvm::Expected<Tensor> indexKlGrad(const Tensor &grad, const Tensor &scores, const Tensor &target,
                                   const Support &support) {
  Doubles score(scores), p(target);
  if (auto error = checkIndices("dsa.index_kl_grad", support, score.size(2)))
    return error;
  Tensor result = zerosLike(scores);
  Doubles ds(result);
  int64_t valid = 0;
  for (int64_t b = 0; b < score.size(0); ++b)
    for (int64_t t = 0; t < score.size(1); ++t) {
      auto places = placesOf(support, b, t, score.size(2));
      double mass = 0;
      for (auto [place, s] : places)
        mass += p(b, t, place);
      for (auto [at, log] : llvm::zip_equal(places, logSoftmax(score, b, t, places)))
        ds(b, t, at.second) = grad.at(0) * (std::exp(log) * mass - p(b, t, at.first));
      valid += !places.empty();
    }
  for (int64_t i = 0; i < result.numElements(); ++i)
    result.set(i, result.at(i) / static_cast<double>(std::max<int64_t>(valid, 1)));
  return result;
}

} // namespace dsa::reference
