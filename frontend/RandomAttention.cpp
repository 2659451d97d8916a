// Random graphs: the ops of attention, its indexer and its latent form.
#include "frontend/RandomGraphWriter.h"

#include "dialect/Shapes.h"

#include <cmath>

using namespace mlir;
using namespace dsa;

void RandomGraphWriter::indexScores() {
  Shape shape = randomShape(4); // B, Lq, heads, width
  int64_t keys = chance(50) ? shape[1] : extent();
  RandomNode query = exact(shape), key = exact({shape[0], keys, shape[3]});
  RandomNode weight = exact({shape[0], shape[1], shape[2]});
  Value scores = graph.indexScores(query.value, key.value, weight.value, oneOf({1.0, 0.125, -0.5}));
  keep(scores,
       query.magnitude * key.magnitude * weight.magnitude * std::sqrt(double(shape[2] * shape[3])),
       0);
  if (chance(30))
    return;
  double value = oneOf({-1e9, -std::numeric_limits<double>::infinity(), 0.25});
  Value offset = chance(40) ? integers({}, between(-2, 3), 4) : Value();
  Value filled = graph.fillFuture(scores, value, offset);
  if (value == 0.25)
    keep(filled, nodes.back().magnitude, 0);
  else
    rankable.push_back(filled);
}

void RandomGraphWriter::topK() {
  Value scores;
  if (!rankable.empty() && chance(50))
    scores = rankable[between(0, rankable.size() - 1)];
  else
    scores = any(3, 3).value;
  int64_t keys = lastDim(scores);
  int64_t k = oneOf<int64_t>({1, 2, keys / 4 + 1, keys, keys + 3, between(1, keys)});
  Value indices = graph.topK(scores, k, mask(firstDim(scores), dim(scores, 1), keys));
  selections.push_back({indices, keys});
  observe(indices);
}

void RandomGraphWriter::window() {
  Shape outer = {between(1, 3), extent()};
  int64_t keys = chance(50) ? outer[1] : extent();
  int64_t k = oneOf<int64_t>({1, keys, keys + 3, between(1, keys)});
  Value offset = chance(40) ? integers({}, 0, 4) : Value();
  selections.push_back({graph.window(outer[0], outer[1], k, keys, offset), keys});
  observe(selections.back().indices);
}

RandomSelection RandomGraphWriter::selection() {
  if (selections.empty() || chance(20))
    chance(80) ? topK() : window();
  return selections[between(0, selections.size() - 1)];
}

void RandomGraphWriter::gather() {
  RandomSelection chosen = selection();
  Shape shape = {firstDim(chosen.indices), chosen.keys, std::min<int64_t>(extent(), 8)};
  if (chance(40))
    shape.insert(shape.begin() + 2, between(1, 2));
  if (tensorType(chosen.indices).getNumElements() * shape.back() > kMostElements)
    return;
  RandomNode input = shaped(shape);
  keep(graph.gather(input.value, chosen.indices), input.magnitude, input.factors);
}

/// Operands of attention for queries [B, Lq, H, D] of which `outer` is B and Lq.
std::array<RandomNode, 3> RandomGraphWriter::queryKeysValues(ArrayRef<int64_t> outer,
                                                             int64_t keys) {
  auto fits = [&](const RandomNode &node) {
    return tensorType(node.value).getRank() == 4 && shapeOf(node.value).take_front(2) == outer;
  };
  int64_t heads = between(1, 6),
          width = std::min<int64_t>(extent(), kMostElements / (outer[0] * outer[1] * heads) + 1);
  RandomNode query = find(fits, {outer[0], outer[1], heads, width});
  heads = dim(query.value, 2);
  int64_t keyHeads = between(1, heads);
  while (heads % keyHeads)
    --keyHeads;
  int64_t valueWidth = chance(50) ? lastDim(query.value) : extent();
  return {query, shaped({outer[0], keys, keyHeads, lastDim(query.value)}),
          shaped({outer[0], keys, keyHeads, valueWidth})};
}

static double scaleFor(const RandomNode &query, const RandomNode &keys) {
  return 1 /
         (query.magnitude * keys.magnitude * std::sqrt(static_cast<double>(lastDim(query.value))));
}

void RandomGraphWriter::attention() {
  auto revise = [&](ImplicitLocOpBuilder &b, ValueRange pair) { return revisedScore(b, pair); };
  Shape outer = {between(1, 3), extent()};
  int64_t length = chance(50) ? outer[1] : extent();
  auto [query, keys, values] = queryKeysValues(outer, length);
  AttentionOp op = graph.attention(query.value, keys.value, values.value, scaleFor(query, keys),
                                   chance(30) ? 0.25 : 0.0, mask(outer[0], outer[1], length),
                                   chance(30) ? Graph::MapBody(revise) : nullptr);
  keep(op.getResult(), values.magnitude, 0);
  observe(op.getLse());
}

void RandomGraphWriter::sparseAttention() {
  auto revise = [&](ImplicitLocOpBuilder &b, ValueRange pair) { return revisedScore(b, pair); };
  RandomSelection chosen = selection();
  Shape outer = {firstDim(chosen.indices), dim(chosen.indices, 1)};
  auto [query, keys, values] = queryKeysValues(outer, chosen.keys);
  SparseAttentionOp op = graph.sparseAttention(
      query.value, keys.value, values.value, chosen.indices, scaleFor(query, keys),
      chance(30) ? 0.25 : 0.0, mask(outer[0], outer[1], chosen.keys),
      chance(30) ? Graph::MapBody(revise) : nullptr);
  keep(op.getResult(), values.magnitude, 0);
  observe(op.getLse());
}

/// Scores of about 1 that nobody reads yet, so that the kernel of a loss may make them.
Value RandomGraphWriter::imitatingScores(ArrayRef<int64_t> shape) {
  Shape outer = {shape[0], shape[1], between(1, 9), std::min<int64_t>(extent(), 16)};
  RandomNode query = exact(outer), key = exact({shape[0], shape[2], outer[3]});
  RandomNode weight = exact({shape[0], shape[1], outer[2]});
  double largest = query.magnitude * key.magnitude * weight.magnitude;
  return graph.indexScores(query.value, key.value, weight.value,
                           1 / (largest * std::sqrt(double(outer[2] * outer[3]))));
}

/// The loss of scores against attention over the same keys, selected or not.
void RandomGraphWriter::indexLoss() {
  RandomSelection chosen = chance(50) ? selection() : RandomSelection{{}, extent()};
  Shape outer = {between(1, 3), extent()};
  if (chosen.indices)
    outer = {firstDim(chosen.indices), dim(chosen.indices, 1)};
  auto [query, keys, values] = queryKeysValues(outer, chosen.keys);
  AttentionMask seen = mask(outer[0], outer[1], chosen.keys);
  double scale = scaleFor(query, keys);
  Value sums =
      chosen.indices
          ? graph
                .sparseAttention(query.value, keys.value, values.value, chosen.indices, scale, 0.0,
                                 seen)
                .getLse()
          : graph.attention(query.value, keys.value, values.value, scale, 0.0, seen).getLse();
  Value scores = chance(50) ? imitatingScores({outer[0], outer[1], chosen.keys})
                            : tame(shaped({outer[0], outer[1], chosen.keys})).value;
  IndexKlOp loss =
      graph.indexKl(scores, query.value, keys.value, sums, chosen.indices, scale, seen);
  losses.push_back(loss.getLoss());
  observe(loss.getRowLoss());
}

/// A map of each head, one row for all heads, or all heads in one.
void RandomGraphWriter::headLinear() {
  if (chance(30)) {
    RandomNode row = any(3, 3);
    int64_t heads = between(1, 4);
    return keep(graph.shareHeads(row.value, heads), row.magnitude, row.factors);
  }
  Shape shape = randomShape(4);
  RandomNode input = shaped(shape);
  if (chance(30))
    return keep(graph.sumHeads(input.value), input.magnitude * double(shape[2]), input.factors);
  bool transposed = chance(50);
  int64_t columns = std::min<int64_t>(extent(), 8);
  RandomNode weight =
      shaped({shape[2], transposed ? shape[3] : columns, transposed ? columns : shape[3]});
  keep(graph.headLinear(input.value, weight.value, transposed),
       input.magnitude * weight.magnitude * std::sqrt(double(shape[3])), 0);
}

/// One latent row a token serves all heads; with columns that turn, without, and with these alone.
void RandomGraphWriter::latentAttention() {
  RandomSelection chosen = chance(50) ? selection() : RandomSelection{{}, extent()};
  Shape outer = {between(1, 3), extent()};
  if (chosen.indices)
    outer = {firstDim(chosen.indices), dim(chosen.indices, 1)};
  int64_t heads = between(1, 4), content = between(0, 6), turned = between(content ? 1 : 2, 6);
  int64_t rank = between(1, 8), columns = between(1, 6);
  RandomNode query = tame(shaped({outer[0], outer[1], heads, content + turned}));
  RandomNode latent = tame(shaped({outer[0], chosen.keys, rank}));
  RandomNode turnedKey = tame(shaped({outer[0], chosen.keys, turned}));
  RandomNode up = tame(shaped({heads * (content + columns), rank}));
  LatentOperands operands{query.value, latent.value, turnedKey.value, up.value, chosen.indices};
  LatentAttentionOp op =
      graph.latentAttention(operands, 1 / std::sqrt(double(content + turned)),
                            chance(30) ? 0.25 : 0.0, mask(outer[0], outer[1], chosen.keys));
  keep(op.getResult(), latent.magnitude * up.magnitude * std::sqrt(double(rank)), 0);
  observe(op.getLse());
}
