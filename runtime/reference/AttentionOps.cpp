// The meaning of every attention op as plain loops in double.
#include "runtime/reference/AttentionOps.h"

#include "runtime/reference/Random.h"
#include "runtime/reference/View.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

namespace dsa::reference {

/// Calls `copy(b, row of the gathered side, row of the source)` for each index that is not padding.
static void forEachGathered(const Tensor &indices,
                            llvm::function_ref<void(int64_t, int64_t, int64_t)> copy) {
  Indices index(indices);
  for (int64_t b = 0; b < index.size(0); ++b)
    for (int64_t t = 0; t < index.size(1); ++t)
      for (int64_t j = 0; j < index.size(2); ++j)
        if (index(b, t, j) >= 0)
          copy(b, t * index.size(2) + j, index(b, t, j));
}

llvm::Expected<Tensor> gather(const Tensor &input, const Tensor &indices) {
  int64_t batch = input.shape()[0], rows = input.shape()[1];
  if (auto error =
          expectInRange("dsa.gather", "an index", indices, -1, rows, indices.shape().back()))
    return error;
  Tensor result = doubles(join(indices.shape(), input.shape().drop_front(2)));
  int64_t width = input.numElements() / (batch * rows);
  Doubles x(input, {batch, rows, width}), y(result, {batch, indices.numElements() / batch, width});
  forEachGathered(indices, [&](int64_t b, int64_t to, int64_t from) {
    for (int64_t d = 0; d < width; ++d)
      y(b, to, d) = x(b, from, d);
  });
  return result;
}

llvm::Expected<Tensor> gatherGrad(const Tensor &grad, const Tensor &indices, int64_t rows) {
  if (auto error =
          expectInRange("dsa.gather_grad", "an index", indices, -1, rows, indices.shape().back()))
    return error;
  int64_t batch = grad.shape()[0], width = grad.numElements() / indices.numElements();
  Tensor result = doubles(join({batch, rows}, grad.shape().drop_front(3)));
  Doubles dy(grad, {batch, indices.numElements() / batch, width}), dx(result, {batch, rows, width});
  forEachGathered(indices, [&](int64_t b, int64_t from, int64_t to) {
    for (int64_t d = 0; d < width; ++d)
      dx(b, to, d) += dy(b, from, d);
  });
  return result;
}

/// One query row of one head, with the random number of its pair with key s.
struct Row {
  int64_t b, t, h, numHeads, numQueries, numKeys;

  int64_t element(int64_t s) const { return ((b * numHeads + h) * numQueries + t) * numKeys + s; }
  /// Which key head this query head reads.
  int64_t keyHead(int64_t numKeyHeads) const { return h / (numHeads / numKeyHeads); }
};

static void forEachRow(const Doubles &q, const Doubles &k,
                       llvm::function_ref<void(const Row &)> visit) {
  for (int64_t b = 0; b < q.size(0); ++b)
    for (int64_t h = 0; h < q.size(2); ++h)
      for (int64_t t = 0; t < q.size(1); ++t)
        visit({b, t, h, q.size(2), q.size(1), k.size(1)});
}

static double keepFactor(const AttentionOptions &options, const Row &row, int64_t s) {
  return options.dropout > 0
             ? RandomStream(*options.key).keepFactor(row.element(s), options.dropout)
             : 1;
}

/// sum_d x[b, t, h, d] y[b, s, g, d].
static double product(const Doubles &x, const Doubles &y, const Row &row, int64_t s) {
  int64_t g = row.keyHead(y.size(2));
  double sum = 0;
  for (int64_t d = 0; d < x.size(3); ++d)
    sum += x(row.b, row.t, row.h, d) * y(row.b, s, g, d);
  return sum;
}

/// The score of a pair that the softmax sees, and its derivative by scale q . k.
struct Score {
  double value, slope = 1;

  /// Whether a score body has taken the pair away.
  bool isNone() const { return std::isinf(value) && value < 0; }
};

static Score scoreOf(const Doubles &q, const Doubles &k, const AttentionOptions &options,
                     const Row &row, int64_t s) {
  Score score{options.scale * product(q, k, row, s)};
  if (!options.revise)
    return score;
  auto position = static_cast<double>(valueOr0(options.queryOffset) + row.t);
  auto revised = (*options.revise)(
      {score.value, position, static_cast<double>(s), static_cast<double>(row.h)});
  return {revised.front(), revised.back()};
}

using KeysOf = llvm::function_ref<Keys(int64_t b, int64_t t)>;

static std::array<Tensor, 2> attend(const Tensor &query, const Tensor &keys, const Tensor &values,
                                    const AttentionOptions &options, KeysOf keysOf) {
  Doubles q(query), k(keys), v(values);
  std::array<Tensor, 2> result = {doubles(join(query.shape().drop_back(), v.size(3))),
                                  doubles({q.size(0), q.size(2), q.size(1)})};
  Doubles o(result[0]), lse(result[1]);
  forEachRow(q, k, [&](const Row &row) {
    Keys seen;
    llvm::SmallVector<double> z;
    for (int64_t s : keysOf(row.b, row.t)) {
      Score score = scoreOf(q, k, options, row, s);
      if (score.isNone())
        continue;
      seen.push_back(s);
      z.push_back(score.value);
    }
    lse(row.b, row.h, row.t) = logSumExp(z);
    // Not by the log-sum-exp: the logarithm of the sum is lost in scores beyond 1e16.
    double top = z.empty() ? 0 : *llvm::max_element(z), sum = 0;
    for (double score : z)
      sum += std::exp(score - top);
    for (auto [s, score] : llvm::zip_equal(seen, z)) {
      double p = std::exp(score - top) / sum * keepFactor(options, row, s);
      for (int64_t d = 0; d < v.size(3); ++d)
        o(row.b, row.t, row.h, d) += p * v(row.b, s, row.keyHead(v.size(2)), d);
    }
  });
  return result;
}

static std::array<Tensor, 3> attendGrad(const Tensor &grad, const Tensor &query, const Tensor &keys,
                                        const Tensor &values, const Tensor &output,
                                        const Tensor &lse, const AttentionOptions &options,
                                        KeysOf keysOf) {
  std::array<Tensor, 3> result = {zerosLike(query), zerosLike(keys), zerosLike(values)};
  Doubles g(grad), q(query), k(keys), v(values), o(output), total(lse);
  Doubles dq(result[0]), dk(result[1]), dv(result[2]);
  forEachRow(q, k, [&](const Row &row) {
    auto [b, t, h] = std::tuple(row.b, row.t, row.h);
    int64_t c = row.keyHead(k.size(2));
    double delta = 0; // sum_s p_s dp_s
    for (int64_t d = 0; d < o.size(3); ++d)
      delta += g(b, t, h, d) * o(b, t, h, d);
    for (int64_t s : keysOf(b, t)) {
      Score score = scoreOf(q, k, options, row, s);
      if (score.isNone())
        continue;
      double p = std::exp(score.value - total(b, h, t));
      double keep = keepFactor(options, row, s);
      double dz = options.scale * p * (keep * product(g, v, row, s) - delta) * score.slope;
      for (int64_t d = 0; d < v.size(3); ++d)
        dv(b, s, c, d) += keep * p * g(b, t, h, d);
      for (int64_t d = 0; d < q.size(3); ++d) {
        dq(b, t, h, d) += dz * k(b, s, c, d);
        dk(b, s, c, d) += dz * q(b, t, h, d);
      }
    }
  });
  return result;
}

std::array<Tensor, 2> attention(const Tensor &query, const Tensor &keys, const Tensor &values,
                                const AttentionOptions &options) {
  return attend(query, keys, values, options,
                [&](int64_t b, int64_t t) { return visibleKeys(options, b, t, keys.shape()[1]); });
}

std::array<Tensor, 3> attentionGrad(const Tensor &grad, const Tensor &query, const Tensor &keys,
                                    const Tensor &values, const Tensor &output, const Tensor &lse,
                                    const AttentionOptions &options) {
  return attendGrad(grad, query, keys, values, output, lse, options, [&](int64_t b, int64_t t) {
    return visibleKeys(options, b, t, keys.shape()[1]);
  });
}

llvm::Expected<std::array<Tensor, 2>> sparseAttention(const Tensor &query, const Tensor &keys,
                                                      const Tensor &values, const Tensor &indices,
                                                      const AttentionOptions &options) {
  if (auto error = expectInRange("dsa.sparse_attention", "an index", indices, -1, keys.shape()[1],
                                 indices.shape().back()))
    return error;
  return attend(query, keys, values, options, [&](int64_t b, int64_t t) {
    return selectedKeys(options, b, t, Indices(indices));
  });
}

llvm::Expected<std::array<Tensor, 3>> sparseAttentionGrad(const Tensor &grad, const Tensor &query,
                                                          const Tensor &keys, const Tensor &values,
                                                          const Tensor &indices,
                                                          const Tensor &output, const Tensor &lse,
                                                          const AttentionOptions &options) {
  if (auto error = expectInRange("dsa.sparse_attention_grad", "an index", indices, -1,
                                 keys.shape()[1], indices.shape().back()))
    return error;
  return attendGrad(grad, query, keys, values, output, lse, options, [&](int64_t b, int64_t t) {
    return selectedKeys(options, b, t, Indices(indices));
  });
}

} // namespace dsa::reference
