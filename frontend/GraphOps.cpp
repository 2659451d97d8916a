// The ops of the graph builder: one method for each, named like it.
#include "frontend/Graph.h"

#include "dialect/ScoreBody.h"
#include "dialect/Shapes.h"

using namespace mlir;
using namespace dsa;

Value Graph::embedding(Value table, Value ids) {
  return EmbeddingOp::create(builder, location(), table, ids);
}

Value Graph::linear(Value input, Value weight) {
  return LinearOp::create(builder, location(), input, weight);
}

Value Graph::rmsNorm(Value input, Value gain, double eps) {
  return RmsNormOp::create(builder, location(), input, gain, builder.getF64FloatAttr(eps));
}

Value Graph::rope(Value input, const Rotation &rotation) {
  int64_t width = rotation.width ? rotation.width : lastDim(input) - rotation.first;
  return RopeOp::create(
      builder, location(), input, rotation.positionOffset,
      RopePairingAttr::get(builder.getContext(), rotation.pairing),
      builder.getF64FloatAttr(rotation.base), builder.getI64IntegerAttr(rotation.first),
      builder.getI64IntegerAttr(width), UnitAttr(), builder.getF64FloatAttr(rotation.factor),
      rotation.ramp ? builder.getDenseI64ArrayAttr(*rotation.ramp) : DenseI64ArrayAttr(),
      builder.getF64FloatAttr(rotation.magnitude));
}

Value Graph::silu(Value input) {
  return SiluOp::create(builder, location(), input);
}

Value Graph::add(Value lhs, Value rhs) {
  return AddOp::create(builder, location(), lhs, rhs);
}

Value Graph::mul(Value lhs, Value rhs) {
  return MulOp::create(builder, location(), lhs, rhs);
}

Value Graph::scale(Value input, double factor) {
  return ScaleOp::create(builder, location(), input, builder.getF64FloatAttr(factor));
}

Value Graph::cast(Value input, Type element) {
  if (elementOf(input) == element)
    return input;
  return CastOp::create(builder, location(), tensorOf(element, shapeOf(input)), input);
}

Value Graph::detach(Value input) {
  return DetachOp::create(builder, location(), input);
}

/// Writes the one region of `op`: `body` of `count` arguments of type `number`.
static void writeBody(Operation *op, unsigned count, Type number, Graph::MapBody body) {
  Block &block = op->getRegion(0).emplaceBlock();
  for (unsigned argument = 0; argument < count; ++argument)
    block.addArgument(number, op->getLoc());
  ImplicitLocOpBuilder inside(op->getLoc(), OpBuilder::atBlockEnd(&block));
  YieldOp::create(inside, body(inside, block.getArguments()));
}

Value Graph::map(ValueRange inputs, MapBody body) {
  auto map = MapOp::create(builder, location(), inputs.front().getType(), inputs);
  writeBody(map, inputs.size(), elementOf(inputs.front()), body);
  return map;
}

Value Graph::dropout(Value input, double p, Value rows) {
  if (p == 0.0)
    return input;
  return DropoutOp::create(builder, location(), input, randomKey(), rows,
                           builder.getF64FloatAttr(p));
}

CrossEntropyOp Graph::crossEntropy(Value logits, Value targets) {
  return CrossEntropyOp::create(builder, location(), logits, targets);
}

Value Graph::argmax(Value input) {
  return ArgmaxOp::create(builder, location(), input);
}

Value Graph::indexScores(Value query, Value key, Value weight, double scale) {
  return IndexScoresOp::create(builder, location(), query, key, weight,
                               builder.getF64FloatAttr(scale));
}

Value Graph::fillFuture(Value scores, double value, Value queryOffset) {
  return FillFutureOp::create(builder, location(), scores, queryOffset,
                              builder.getF64FloatAttr(value));
}

static UnitAttr unitIf(OpBuilder &builder, bool present) {
  return present ? builder.getUnitAttr() : UnitAttr();
}

Value Graph::topK(Value scores, int64_t k, const AttentionMask &mask) {
  return TopKOp::create(builder, location(), scores, mask.queryOffset, mask.querySegments,
                        mask.keySegments, builder.getI64IntegerAttr(k),
                        unitIf(builder, mask.causal));
}

Value Graph::window(int64_t batch, int64_t queries, int64_t k, int64_t keys, Value queryOffset) {
  auto type = RankedTensorType::get({batch, queries, k}, builder.getI32Type());
  return WindowOp::create(builder, location(), type, queryOffset, builder.getI64IntegerAttr(keys));
}

IndexKlOp Graph::indexKl(Value scores, Value query, Value keys, Value lse, Value indices,
                         double scale, const AttentionMask &mask) {
  return IndexKlOp::create(builder, location(), scores, query, keys, lse, indices, mask.queryOffset,
                           mask.querySegments, mask.keySegments, unitIf(builder, mask.causal),
                           builder.getF64FloatAttr(scale));
}

Value Graph::gather(Value input, Value indices) {
  return GatherOp::create(builder, location(), input, indices);
}

/// Gives `attention` the score body that `score` writes, if there is one.
template <typename Op> static Op withScore(Op attention, Graph::MapBody score) {
  if (score)
    writeBody(attention, kScoreArguments, scoreType(elementOf(attention.getQuery())), score);
  return attention;
}

AttentionOp Graph::attention(Value query, Value keys, Value values, double scale, double dropout,
                             const AttentionMask &mask, MapBody score) {
  Value key = dropout == 0.0 ? Value() : randomKey();
  return withScore(AttentionOp::create(builder, location(), query, keys, values, key,
                                       mask.queryOffset, mask.querySegments, mask.keySegments,
                                       unitIf(builder, mask.causal), builder.getF64FloatAttr(scale),
                                       builder.getF64FloatAttr(dropout)),
                   score);
}

SparseAttentionOp Graph::sparseAttention(Value query, Value keys, Value values, Value indices,
                                         double scale, double dropout, const AttentionMask &mask,
                                         MapBody score) {
  Value key = dropout == 0.0 ? Value() : randomKey();
  return withScore(SparseAttentionOp::create(
                       builder, location(), query, keys, values, indices, key, mask.queryOffset,
                       mask.querySegments, mask.keySegments, unitIf(builder, mask.causal),
                       builder.getF64FloatAttr(scale), builder.getF64FloatAttr(dropout)),
                   score);
}

Value Graph::headLinear(Value input, Value weight, bool transposed) {
  return HeadLinearOp::create(builder, location(), input, weight, unitIf(builder, transposed));
}

Value Graph::shareHeads(Value input, int64_t heads) {
  return ShareHeadsOp::create(builder, location(), input, builder.getI64IntegerAttr(heads));
}

Value Graph::sumHeads(Value input) {
  return SumHeadsOp::create(builder, location(), input);
}

LatentAttentionOp Graph::latentAttention(const LatentOperands &operands, double scale,
                                         double dropout, const AttentionMask &mask) {
  Value key = dropout == 0.0 ? Value() : randomKey();
  return LatentAttentionOp::create(builder, location(), operands.query, operands.latent,
                                   operands.ropeKey, operands.upWeight, operands.indices, key,
                                   mask.queryOffset, mask.querySegments, mask.keySegments,
                                   unitIf(builder, mask.causal), builder.getF64FloatAttr(scale),
                                   builder.getF64FloatAttr(dropout), LatentFormAttr());
}

RouteOp Graph::route(Value logits, int64_t k, double noise) {
  Value key = noise == 0.0 ? Value() : randomKey();
  return RouteOp::create(builder, location(), logits, key, /*chosen=*/Value(),
                         builder.getI64IntegerAttr(k), builder.getF64FloatAttr(noise));
}

DispatchOp Graph::dispatch(Value input, Value experts, int64_t numExperts) {
  return DispatchOp::create(builder, location(), input, experts,
                            builder.getI64IntegerAttr(numExperts));
}

Value Graph::groupedLinear(Value input, Value weight, Value offsets) {
  return GroupedLinearOp::create(builder, location(), input, weight, offsets);
}

Value Graph::combine(Value rows, Value weights, Value positions) {
  return CombineOp::create(builder, location(), rows, weights, positions);
}

Value Graph::balanceLoss(Value probabilities, Value experts, double coefficient) {
  return BalanceLossOp::create(builder, location(), probabilities, experts,
                               builder.getF64FloatAttr(coefficient));
}
