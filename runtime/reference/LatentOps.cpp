// The meaning of latent attention, and of the linear maps of single heads, as plain loops in
// double.
#include "runtime/reference/LatentOps.h"

namespace dsa::reference {

/// Keys [B, Lk, H, Dn + Dr] and values [B, Lk, H, Dv] of every head.
struct HeadRows {
  Tensor keys, values;
};

/// The widths of a head: Dn of the latent's keys, Dr of the rope key, Dv of the values.
struct HeadWidths {
  int64_t nope, rope, value;

  HeadWidths(const Tensor &query, const Tensor &ropeKey, const Tensor &upWeight)
      : nope(query.shape()[3] - ropeKey.shape()[2]), rope(ropeKey.shape()[2]),
        value(upWeight.shape()[0] / query.shape()[2] - nope) {}
};

/// Calls visit(b, s, h) for every row of a key head.
static void forEachHeadRow(const Doubles &latent, int64_t heads,
                           llvm::function_ref<void(int64_t, int64_t, int64_t)> visit) {
  for (int64_t b = 0; b < latent.size(0); ++b)
    for (int64_t s = 0; s < latent.size(1); ++s)
      for (int64_t h = 0; h < heads; ++h)
        visit(b, s, h);
}

static HeadRows headRows(const Tensor &query, const Tensor &latent, const Tensor &ropeKey,
                         const Tensor &upWeight) {
  HeadWidths width(query, ropeKey, upWeight);
  int64_t heads = query.shape()[2];
  HeadRows result{doubles({latent.shape()[0], latent.shape()[1], heads, query.shape()[3]}),
                  doubles({latent.shape()[0], latent.shape()[1], heads, width.value})};
  Doubles c(latent), rope(ropeKey), k(result.keys), v(result.values);
  Doubles up(upWeight, {heads, width.nope + width.value, latent.shape()[2]});
  forEachHeadRow(c, heads, [&](int64_t b, int64_t s, int64_t h) {
    for (int64_t r = 0; r < c.size(2); ++r) {
      for (int64_t d = 0; d < width.nope; ++d)
        k(b, s, h, d) += up(h, d, r) * c(b, s, r);
      for (int64_t d = 0; d < width.value; ++d)
        v(b, s, h, d) += up(h, width.nope + d, r) * c(b, s, r);
    }
    for (int64_t d = 0; d < width.rope; ++d)
      k(b, s, h, width.nope + d) = rope(b, s, d);
  });
  return result;
}

llvm::Expected<std::array<Tensor, 2>> latentAttention(const Tensor &query, const Tensor &latent,
                                                      const Tensor &ropeKey, const Tensor &upWeight,
                                                      const std::optional<Tensor> &indices,
                                                      const AttentionOptions &options) {
  HeadRows rows = headRows(query, latent, ropeKey, upWeight);
  if (indices)
    return sparseAttention(query, rows.keys, rows.values, *indices, options);
  return attention(query, rows.keys, rows.values, options);
}

/// Gradients of the latents, the rope keys and the up weight from those of every head's rows.
static std::array<Tensor, 3> headRowsGrad(const HeadRows &grads, const HeadWidths &width,
                                          const Tensor &latent, const Tensor &ropeKey,
                                          const Tensor &upWeight) {
  std::array<Tensor, 3> result = {zerosLike(latent), zerosLike(ropeKey), zerosLike(upWeight)};
  Doubles c(latent), dk(grads.keys), dv(grads.values), dc(result[0]), drope(result[1]);
  llvm::SmallVector<int64_t> shape = {dk.size(2), width.nope + width.value, c.size(2)};
  Doubles up(upWeight, shape), dup(result[2], shape);
  forEachHeadRow(c, dk.size(2), [&](int64_t b, int64_t s, int64_t h) {
    for (int64_t d = 0; d < width.nope + width.value; ++d) {
      double g = d < width.nope ? dk(b, s, h, d) : dv(b, s, h, d - width.nope);
      for (int64_t r = 0; r < c.size(2); ++r) {
        dc(b, s, r) += up(h, d, r) * g;
        dup(h, d, r) += g * c(b, s, r);
      }
    }
    for (int64_t d = 0; d < width.rope; ++d)
      drope(b, s, d) += dk(b, s, h, width.nope + d);
  });
  return result;
}

llvm::Expected<std::array<Tensor, 4>>
latentAttentionGrad(const Tensor &grad, const Tensor &query, const Tensor &latent,
                    const Tensor &ropeKey, const Tensor &upWeight, const Tensor &output,
                    const Tensor &lse, const std::optional<Tensor> &indices,
                    const AttentionOptions &options) {
  HeadRows rows = headRows(query, latent, ropeKey, upWeight);
  std::array<Tensor, 3> grads = {query, rows.keys, rows.values};
  if (indices) {
    auto sparse =
        sparseAttentionGrad(grad, query, rows.keys, rows.values, *indices, output, lse, options);
    if (!sparse)
      return sparse.takeError();
    grads = *sparse;
  } else {
    grads = attentionGrad(grad, query, rows.keys, rows.values, output, lse, options);
  }
  auto [dLatent, dRopeKey, dUpWeight] = headRowsGrad(
      {grads[1], grads[2]}, HeadWidths(query, ropeKey, upWeight), latent, ropeKey, upWeight);
  return std::array<Tensor, 4>{grads[0], dLatent, dRopeKey, dUpWeight};
}

Tensor headLinear(const Tensor &input, const Tensor &weight, bool transposed) {
  Doubles x(input), w(weight);
  Tensor result = doubles(join(input.shape().drop_back(), w.size(transposed ? 2 : 1)));
  Doubles y(result);
  for (int64_t b = 0; b < x.size(0); ++b)
    for (int64_t t = 0; t < x.size(1); ++t)
      for (int64_t h = 0; h < x.size(2); ++h)
        for (int64_t n = 0; n < y.size(3); ++n)
          for (int64_t k = 0; k < x.size(3); ++k)
            y(b, t, h, n) += x(b, t, h, k) * (transposed ? w(h, k, n) : w(h, n, k));
  return result;
}

Tensor headLinearGradWeight(const Tensor &grad, const Tensor &input) {
  Doubles dy(grad), x(input);
  Tensor result = doubles({x.size(2), dy.size(3), x.size(3)});
  Doubles dw(result);
  for (int64_t b = 0; b < x.size(0); ++b)
    for (int64_t t = 0; t < x.size(1); ++t)
      for (int64_t h = 0; h < x.size(2); ++h)
        for (int64_t n = 0; n < dy.size(3); ++n)
          for (int64_t k = 0; k < x.size(3); ++k)
            dw(h, n, k) += dy(b, t, h, n) * x(b, t, h, k);
  return result;
}

Tensor shareHeads(const Tensor &input, int64_t heads) {
  Doubles x(input);
  Tensor result = doubles({x.size(0), x.size(1), heads, x.size(2)});
  Doubles y(result);
  for (int64_t b = 0; b < x.size(0); ++b)
    for (int64_t t = 0; t < x.size(1); ++t)
      for (int64_t h = 0; h < heads; ++h)
        for (int64_t d = 0; d < x.size(2); ++d)
          y(b, t, h, d) = x(b, t, d);
  return result;
}

Tensor sumHeads(const Tensor &input) {
  Doubles x(input);
  Tensor result = doubles({x.size(0), x.size(1), x.size(3)});
  Doubles y(result);
  for (int64_t b = 0; b < x.size(0); ++b)
    for (int64_t t = 0; t < x.size(1); ++t)
      for (int64_t h = 0; h < x.size(2); ++h)
        for (int64_t d = 0; d < x.size(3); ++d)
          y(b, t, d) += x(b, t, h, d);
  return result;
}

} // namespace dsa::reference
