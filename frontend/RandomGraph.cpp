// Random valid graphs: ops of every family in every form that the dialect allows, at odd sizes.
#include "frontend/RandomGraphWriter.h"

#include "dialect/Shapes.h"
#include "frontend/TrainStep.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace dsa;

/// Inputs are multiples of 1 / kDyadic where the seed is even.
static constexpr double kDyadic = 8;
/// A product of more dyadic factors may need more bits than an f32 has.
static constexpr int kMostFactors = 4;

static int product(const RandomNode &a, const RandomNode &b) {
  int factors = a.factors && b.factors ? a.factors + b.factors : 0;
  return factors <= kMostFactors ? factors : 0;
}

/// An extent of an axis: often small, a prime, or next to the width of a vector or a tile.
int64_t RandomGraphWriter::extent() {
  int64_t drawn = chance(60) ? oneOf<int64_t>({1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33})
                             : between(1, options.size);
  return std::min(drawn, options.size);
}

RandomGraphWriter::Shape RandomGraphWriter::randomShape(int64_t rank) {
  Shape shape;
  int64_t elements = 1;
  for (int64_t axis = 0; axis < rank; ++axis) {
    int64_t most = rank > 2 && axis == 0 ? 3 : rank == 4 && axis == 2 ? 6 : options.size;
    most = std::max<int64_t>(1, std::min(most, kMostElements / elements));
    shape.push_back(std::min(extent(), most));
    elements *= shape.back();
  }
  return shape;
}

RandomNode RandomGraphWriter::argument(ArrayRef<int64_t> shape) {
  std::string name = "a" + std::to_string(names++);
  Builder builder(graph.function().getContext());
  Value value =
      chance(60) ? graph.parameter(name, shape) : graph.input(name, shape, builder.getF32Type());
  nodes.push_back({value, 1, dyadic ? 1 : 0});
  return nodes.back();
}

/// An integer input with elements of [low, high).
Value RandomGraphWriter::integers(ArrayRef<int64_t> shape, int64_t low, int64_t high) {
  Builder builder(graph.function().getContext());
  Value value = graph.input("i" + std::to_string(names++), shape, builder.getI32Type());
  graph.function().setArgAttr(cast<BlockArgument>(value).getArgNumber(), kRangeAttr,
                              builder.getDenseI64ArrayAttr({low, high}));
  return value;
}

/// Mostly a value that `accepts` takes, the latest twice as often as the one before; else a new
/// argument.
RandomNode RandomGraphWriter::find(Accepts accepts, ArrayRef<int64_t> otherwise) {
  if (chance(85))
    for (size_t number = nodes.size(), passed = 0; number-- > 0 && passed < 4;)
      if (accepts(nodes[number])) {
        if (chance(50))
          return nodes[number];
        ++passed;
      }
  return argument(otherwise);
}

RandomNode RandomGraphWriter::any(int64_t minRank, int64_t maxRank) {
  auto fits = [&](const RandomNode &node) {
    int64_t rank = tensorType(node.value).getRank();
    return minRank <= rank && rank <= maxRank;
  };
  return find(fits, randomShape(between(minRank, maxRank)));
}

RandomNode RandomGraphWriter::shaped(ArrayRef<int64_t> shape) {
  return find([&](const RandomNode &node) { return shapeOf(node.value) == shape; }, shape);
}

/// A value whose products are exact where the graph is dyadic: a rectifier and its derivative are
/// discrete choices as well.
RandomNode RandomGraphWriter::exact(ArrayRef<int64_t> shape) {
  auto fits = [&](const RandomNode &node) {
    return shapeOf(node.value) == shape && (!dyadic || (node.factors && node.factors <= 2));
  };
  return find(fits, shape);
}

/// `node` scaled by a power of two to about 1, as functions with an exponential need it.
RandomNode RandomGraphWriter::tame(RandomNode node) {
  if (node.magnitude <= 4)
    return node;
  double factor = std::exp2(-std::ceil(std::log2(node.magnitude)));
  return {graph.scale(node.value, factor), 1, node.factors};
}

void RandomGraphWriter::keep(Value value, double magnitude, int factors) {
  RandomNode node{value, std::max(magnitude, 0.01), factors};
  nodes.push_back(magnitude > 1e4 ? tame(node) : node);
}

AttentionMask RandomGraphWriter::mask(int64_t batch, int64_t queries, int64_t keys) {
  AttentionMask mask;
  mask.causal = chance(70);
  if (mask.causal && chance(40)) {
    int64_t offset = between(-2, keys);
    mask.queryOffset = integers({}, offset, offset + 1);
  }
  if (chance(30)) {
    int64_t documents = between(1, 3);
    mask.querySegments = integers({batch, queries}, 0, documents);
    mask.keySegments = integers({batch, keys}, 0, documents);
  }
  return mask;
}

// One method for each group of ops.

void RandomGraphWriter::embedding() {
  Shape table = randomShape(2);
  RandomNode rows = shaped(table);
  Value ids = integers(randomShape(between(1, 2)), 0, table[0]);
  keep(graph.embedding(rows.value, ids), rows.magnitude, rows.factors);
}

void RandomGraphWriter::linear() {
  RandomNode input = any(1, 4);
  if (chance(30)) { // read by nothing else, so that the product may compute it
    RandomNode gain = shaped({lastDim(input.value)});
    input = {graph.rmsNorm(input.value, gain.value, 1e-5), gain.magnitude, 0};
  }
  RandomNode weight = shaped({extent(), lastDim(input.value)});
  double terms = std::sqrt(static_cast<double>(lastDim(input.value)));
  keep(graph.linear(input.value, weight.value), input.magnitude * weight.magnitude * terms,
       product(input, weight));
}

void RandomGraphWriter::rmsNorm() {
  RandomNode input = any(1, 4), gain = shaped({lastDim(input.value)});
  keep(graph.rmsNorm(input.value, gain.value, oneOf({1e-2, 1e-5, 1.1920929e-7})), gain.magnitude,
       0);
}

void RandomGraphWriter::rope() {
  auto fits = [](const RandomNode &node) {
    return tensorType(node.value).getRank() == 4 && lastDim(node.value) >= 2;
  };
  Shape shape = randomShape(4);
  shape.back() = std::max<int64_t>(shape.back(), 2);
  RandomNode input = find(fits, shape);
  Rotation rotation;
  rotation.pairing = oneOf({RopePairing::Interleaved, RopePairing::Half});
  rotation.base = oneOf({10000.0, 100.0, 1.5});
  rotation.first = between(0, lastDim(input.value) - 2);
  rotation.width = 2 * between(1, (lastDim(input.value) - rotation.first) / 2);
  if (chance(40))
    rotation.positionOffset = integers({}, 0, 50);
  keep(graph.rope(input.value, rotation), input.magnitude, 0);
}

void RandomGraphWriter::pointwise() {
  RandomNode input = any(0, 5);
  switch (between(0, 5)) {
  case 5: {
    Type element = elementOf(input.value);
    Value narrow = graph.cast(input.value, BFloat16Type::get(element.getContext()));
    return keep(graph.cast(narrow, element), input.magnitude, 0);
  }
  case 4:
    return keep(graph.detach(input.value), input.magnitude, input.factors);
  case 0:
    return keep(graph.silu(tame(input).value), 1, 0);
  case 1: {
    double factor = oneOf({0.5, -1.0, 2.0, 1.0, 0.0, 0.37});
    return keep(graph.scale(input.value, factor), input.magnitude * std::fabs(factor),
                factor == 0.37 ? 0 : input.factors);
  }
  case 2: {
    RandomNode other = shaped(shapeOf(input.value));
    int factors = input.factors && other.factors ? std::max(input.factors, other.factors) : 0;
    return keep(graph.add(input.value, other.value), input.magnitude + other.magnitude, factors);
  }
  default: {
    RandomNode other = shaped(shapeOf(input.value));
    return keep(graph.mul(input.value, other.value), input.magnitude * other.magnitude,
                product(input, other));
  }
  }
}

void RandomGraphWriter::dropout() {
  RandomNode input = any(1, 5);
  double p = oneOf({0.1, 0.5, 0.9});
  int64_t rank = tensorType(input.value).getRank();
  Value rows = rank == 2 && chance(50) ? integers({firstDim(input.value)}, 0, 1000) : Value();
  keep(graph.dropout(input.value, p, rows), input.magnitude / (1 - p),
       p == 0.5 ? input.factors : 0);
}

/// One slice, or slices that tile an axis, as heads do.
void RandomGraphWriter::slices() {
  RandomNode input = any(1, 5);
  int64_t axis = between(0, tensorType(input.value).getRank() - 1), size = dim(input.value, axis);
  int64_t first = between(0, size - 1), last = between(first + 1, size);
  if (chance(50))
    return keep(graph.slice(input.value, axis, first, last - first), input.magnitude,
                input.factors);
  int64_t cuts[] = {0, first, last, size};
  for (int part = 0; part < 3; ++part)
    if (cuts[part] < cuts[part + 1])
      keep(graph.slice(input.value, axis, cuts[part], cuts[part + 1] - cuts[part]), input.magnitude,
           input.factors);
}

void RandomGraphWriter::reshape() {
  RandomNode input = any(1, 5);
  int64_t rank = tensorType(input.value).getRank(), columns = lastDim(input.value);
  Value result;
  if (rank >= 2 && chance(40))
    result = graph.mergeLast(input.value);
  else if (rank >= 3 && chance(60))
    result = graph.flattenRows(input.value);
  else
    for (int64_t outer = between(1, columns); !result; --outer)
      if (rank < 5 && columns % outer == 0)
        result = graph.splitLast(input.value, outer);
      else if (rank == 5)
        result = graph.mergeLast(input.value);
  keep(result, input.magnitude, input.factors);
}

/// A mixture of experts; with more experts than slots some have no row.
void RandomGraphWriter::experts() {
  RandomNode tokens = any(2, 2);
  int64_t count = firstDim(tokens.value), width = lastDim(tokens.value), number = between(1, 9);
  RandomNode logits = shaped({count, number});
  if (chance(50))
    logits = {graph.linear(tokens.value, shaped({number, width}).value),
              tokens.magnitude * std::sqrt(double(width)), 0};
  RouteOp route = graph.route(tame(logits).value, oneOf<int64_t>({1, number, between(1, number)}),
                              chance(30) ? oneOf({0.1, 1.0}) : 0.0);
  observe(route.getExperts());
  keep(route.getWeights(), 1, 0);
  DispatchOp dispatch = graph.dispatch(tokens.value, route.getExperts(), number);
  observe(dispatch.getOffsets());
  RandomNode weight = shaped({number, extent(), width});
  double magnitude = tokens.magnitude * weight.magnitude * std::sqrt(double(width));
  RandomNode hidden = tame(
      {graph.groupedLinear(dispatch.getRows(), weight.value, dispatch.getOffsets()), magnitude, 0});
  if (chance(50))
    hidden = {graph.silu(hidden.value), 1, 0};
  if (chance(30))
    hidden.value = graph.dropout(hidden.value, 0.5, dispatch.getSlots());
  keep(hidden.value, hidden.magnitude, 0);
  keep(graph.combine(hidden.value, route.getWeights(), dispatch.getPositions()), hidden.magnitude,
       0);
  if (chance(60))
    losses.push_back(graph.balanceLoss(route.getProbabilities(), route.getExperts(), 0.5));
}

void RandomGraphWriter::crossEntropy() {
  RandomNode logits = tame(any(1, 4));
  ArrayRef<int64_t> shape = shapeOf(logits.value);
  CrossEntropyOp loss =
      graph.crossEntropy(logits.value, integers(shape.drop_back(), 0, shape.back()));
  losses.push_back(loss.getLoss());
  observe(loss.getTokenLoss());
}

void RandomGraphWriter::argmax() {
  observe(graph.argmax(any(1, 4).value));
}

/// Whether a parameter can be reached from `value` through differentiable ops.
bool RandomGraphWriter::isTrainable(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op) {
    auto role = graph.function().getArgAttrOfType<StringAttr>(
        cast<BlockArgument>(value).getArgNumber(), kRoleAttr);
    return role && role.getValue() == "parameter";
  }
  if (isa<DetachOp>(op))
    return false;
  if (auto loss = dyn_cast<IndexKlOp>(op))
    return isTrainable(loss.getScores());
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return isa<FloatType>(elementOf(operand)) && isTrainable(operand);
  });
}

/// A cross entropy behind a linear map to a few classes, or to more than are summed at a time,
/// which depends on a parameter. Others may read the logits too.
void RandomGraphWriter::headLoss(RandomNode node) {
  ArrayRef<int64_t> shape = shapeOf(node.value);
  int64_t classes = chance(80) ? between(2, 9) : between(250, 600);
  Value head = graph.parameter("head" + std::to_string(names++), {classes, shape.back()});
  Value logits = graph.linear(tame(node).value, head);
  Value targets = integers(shape.drop_back(), 0, lastDim(logits));
  CrossEntropyOp loss = graph.crossEntropy(logits, targets);
  losses.push_back(loss.getLoss());
  if (chance(30))
    observe(loss.getTokenLoss());
  if (chance(30))
    observe(graph.argmax(logits));
  if (chance(10))
    observe(logits);
}

/// Makes the graph a training step with one of the recipes, whose losses read what nobody has read.
void RandomGraphWriter::train() {
  headLoss(any(1, 4));
  for (size_t number = nodes.size(); number-- > 0 && losses.size() < 4;)
    if (RandomNode node = nodes[number]; node.value.use_empty() && !shapeOf(node.value).empty())
      headLoss(node);
  TrainOptions recipe;
  recipe.gradients = chance(50);
  recipe.optimizer = oneOf({TrainOptions::Optimizer::Adam, TrainOptions::Optimizer::AdamW});
  recipe.weightDecay = oneOf({0.0, 0.1});
  recipe.accumulate = oneOf<int64_t>({1, 1, 3});
  if (chance(50))
    recipe.clip = oneOf({0.1, 1.0});
  setTrainStep(graph, recipe);
}

/// Returns what nobody has read and some of what somebody has.
void RandomGraphWriter::returnValues() {
  for (const RandomNode &node : nodes)
    if (node.value.getDefiningOp() && (node.value.use_empty() || chance(20)))
      observe(node.value);
  for (auto [number, value] : llvm::enumerate(observed))
    graph.result("r" + std::to_string(number), value);
}

func::FuncOp RandomGraphWriter::write() {
  graph.function()->setAttr(kAcknowledgeLeakAttr, UnitAttr::get(graph.function().getContext()));
  for (int64_t left = between(1, options.ops); left > 0; --left)
    (this->*kRecipes[between(0, std::size(kRecipes) - 1)])();
  bool trains = chance(50);
  if (trains)
    train();
  for (auto [number, loss] : llvm::enumerate(losses))
    if (std::string name = "loss" + std::to_string(number); trains && isTrainable(loss))
      graph.minimize(name, loss, oneOf({1.0, 0.25}));
    else
      graph.result(name, loss);
  returnValues();
  return graph.finish();
}

func::FuncOp dsa::writeRandomGraph(ModuleOp module, const RandomGraphOptions &options) {
  return RandomGraphWriter(module, options).write();
}

llvm::Expected<SmallVector<Tensor>> dsa::drawArguments(func::FuncOp function,
                                                       ArrayRef<TensorSpec> specs, uint64_t seed) {
  auto arguments = makeArguments(function.getName(), specs, {}, seed);
  if (!arguments || seed % 2)
    return arguments;
  for (auto [spec, tensor] : llvm::zip_equal(specs, *arguments))
    for (int64_t i = 0; i < tensor.numElements(); ++i)
      if (isFloat(spec.dtype) && (spec.role == "input" || spec.role == "parameter"))
        tensor.set(i, std::round(tensor.at(i) * kDyadic) / kDyadic);
  return arguments;
}
