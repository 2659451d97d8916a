// Random valid graphs: ops of every family in every form that the dialect allows, at odd sizes.
#include "frontend/RandomGraph.h"

#include "dialect/Shapes.h"
#include "frontend/TrainStep.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace dsa;

/// Inputs are multiples of 1 / kDyadic where the seed is even.
static constexpr double kDyadic = 8;
/// A product of more dyadic factors may need more bits than an f32 has.
static constexpr int kMostFactors = 4;
static constexpr int64_t kMostElements = 1 << 13;

namespace {

/// A float value to build on.
struct Node {
  Value value;
  double magnitude = 1; ///< what its elements are about
  int factors = 0;      ///< of dyadic numbers that an element is a sum of products of; 0: rounded
};

/// Indices [B, Lq, k] of keys among `keys`.
struct Selection {
  Value indices;
  int64_t keys;
};

/// Writes one graph: each method that `kRecipes` lists draws operands among earlier values or new
/// arguments, and keeps what it computes.
class Writer {
public:
  Writer(ModuleOp module, const RandomGraphOptions &options)
      : graph(module, "graph"), random(options.seed), options(options),
        dyadic(options.seed % 2 == 0) {}
  func::FuncOp write();

private:
  using Shape = SmallVector<int64_t>;
  using Accepts = llvm::function_ref<bool(const Node &)>;

  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  template <typename T> T oneOf(std::initializer_list<T> choices) {
    return choices.begin()[between(0, choices.size() - 1)];
  }
  int64_t extent();
  Shape randomShape(int64_t rank);

  Node argument(ArrayRef<int64_t> shape);
  Value integers(ArrayRef<int64_t> shape, int64_t low, int64_t high);
  Node find(Accepts accepts, ArrayRef<int64_t> otherwise);
  Node any(int64_t minRank, int64_t maxRank);
  Node shaped(ArrayRef<int64_t> shape);
  Node exact(ArrayRef<int64_t> shape);
  Node tame(Node node);
  void keep(Value value, double magnitude, int factors);
  void observe(Value value) { observed.push_back(value); }
  AttentionMask mask(int64_t batch, int64_t queries, int64_t keys);
  Selection selection();
  std::array<Node, 3> queryKeysValues(ArrayRef<int64_t> outer, int64_t keys);
  bool isTrainable(Value value);

  void embedding();
  void linear();
  void rmsNorm();
  void rope();
  void pointwise();
  void dropout();
  void slices();
  void reshape();
  void indexScores();
  void topK();
  void gather();
  void attention();
  void sparseAttention();
  void experts();
  void crossEntropy();
  void argmax();
  void headLoss(Node node);
  void train();
  void returnValues();

  static constexpr void (Writer::*kRecipes[])() = {
      &Writer::embedding, &Writer::linear,       &Writer::linear,    &Writer::rmsNorm,
      &Writer::rope,      &Writer::pointwise,    &Writer::pointwise, &Writer::pointwise,
      &Writer::dropout,   &Writer::slices,       &Writer::reshape,   &Writer::indexScores,
      &Writer::topK,      &Writer::gather,       &Writer::attention, &Writer::sparseAttention,
      &Writer::experts,   &Writer::crossEntropy, &Writer::argmax};

  Graph graph;
  std::mt19937_64 random;
  RandomGraphOptions options;
  bool dyadic;
  std::vector<Node> nodes;
  std::vector<Selection> selections;
  std::vector<Value> rankable; ///< scores that only a top-k can stand: some are not finite
  std::vector<Value> observed, losses;
  int64_t names = 0;
};

} // namespace

static int product(const Node &a, const Node &b) {
  int factors = a.factors && b.factors ? a.factors + b.factors : 0;
  return factors <= kMostFactors ? factors : 0;
}

/// An extent of an axis: often small, a prime, or next to the width of a vector or a tile.
int64_t Writer::extent() {
  int64_t drawn = chance(60) ? oneOf<int64_t>({1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33})
                             : between(1, options.size);
  return std::min(drawn, options.size);
}

Writer::Shape Writer::randomShape(int64_t rank) {
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

Node Writer::argument(ArrayRef<int64_t> shape) {
  std::string name = "a" + std::to_string(names++);
  Builder builder(graph.function().getContext());
  Value value =
      chance(60) ? graph.parameter(name, shape) : graph.input(name, shape, builder.getF32Type());
  nodes.push_back({value, 1, dyadic ? 1 : 0});
  return nodes.back();
}

/// An integer input with elements of [low, high).
Value Writer::integers(ArrayRef<int64_t> shape, int64_t low, int64_t high) {
  Builder builder(graph.function().getContext());
  Value value = graph.input("i" + std::to_string(names++), shape, builder.getI32Type());
  graph.function().setArgAttr(cast<BlockArgument>(value).getArgNumber(), kRangeAttr,
                              builder.getDenseI64ArrayAttr({low, high}));
  return value;
}

/// Mostly a value that `accepts` takes, the latest twice as often as the one before; else a new
/// argument.
Node Writer::find(Accepts accepts, ArrayRef<int64_t> otherwise) {
  if (chance(85))
    for (size_t number = nodes.size(), passed = 0; number-- > 0 && passed < 4;)
      if (accepts(nodes[number])) {
        if (chance(50))
          return nodes[number];
        ++passed;
      }
  return argument(otherwise);
}

Node Writer::any(int64_t minRank, int64_t maxRank) {
  auto fits = [&](const Node &node) {
    int64_t rank = tensorType(node.value).getRank();
    return minRank <= rank && rank <= maxRank;
  };
  return find(fits, randomShape(between(minRank, maxRank)));
}

Node Writer::shaped(ArrayRef<int64_t> shape) {
  return find([&](const Node &node) { return shapeOf(node.value) == shape; }, shape);
}

/// A value whose products are exact where the graph is dyadic: a rectifier and its derivative are
/// discrete choices as well.
Node Writer::exact(ArrayRef<int64_t> shape) {
  auto fits = [&](const Node &node) {
    return shapeOf(node.value) == shape && (!dyadic || (node.factors && node.factors <= 2));
  };
  return find(fits, shape);
}

/// `node` scaled by a power of two to about 1, as functions with an exponential need it.
Node Writer::tame(Node node) {
  if (node.magnitude <= 4)
    return node;
  double factor = std::exp2(-std::ceil(std::log2(node.magnitude)));
  return {graph.scale(node.value, factor), 1, node.factors};
}

void Writer::keep(Value value, double magnitude, int factors) {
  Node node{value, std::max(magnitude, 0.01), factors};
  nodes.push_back(magnitude > 1e4 ? tame(node) : node);
}

AttentionMask Writer::mask(int64_t batch, int64_t queries, int64_t keys) {
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

void Writer::embedding() {
  Shape table = randomShape(2);
  Node rows = shaped(table);
  Value ids = integers(randomShape(between(1, 2)), 0, table[0]);
  keep(graph.embedding(rows.value, ids), rows.magnitude, rows.factors);
}

void Writer::linear() {
  Node input = any(1, 4);
  Node weight = shaped({extent(), lastDim(input.value)});
  double terms = std::sqrt(static_cast<double>(lastDim(input.value)));
  keep(graph.linear(input.value, weight.value), input.magnitude * weight.magnitude * terms,
       product(input, weight));
}

void Writer::rmsNorm() {
  Node input = any(1, 4), gain = shaped({lastDim(input.value)});
  keep(graph.rmsNorm(input.value, gain.value, oneOf({1e-2, 1e-5, 1.1920929e-7})), gain.magnitude,
       0);
}

void Writer::rope() {
  auto fits = [](const Node &node) {
    return tensorType(node.value).getRank() == 4 && lastDim(node.value) >= 2;
  };
  Shape shape = randomShape(4);
  shape.back() = std::max<int64_t>(shape.back(), 2);
  Node input = find(fits, shape);
  Rotation rotation;
  rotation.pairing = oneOf({RopePairing::Interleaved, RopePairing::Half});
  rotation.base = oneOf({10000.0, 100.0, 1.5});
  rotation.first = between(0, lastDim(input.value) - 2);
  rotation.width = 2 * between(1, (lastDim(input.value) - rotation.first) / 2);
  if (chance(40))
    rotation.positionOffset = integers({}, 0, 50);
  keep(graph.rope(input.value, rotation), input.magnitude, 0);
}

void Writer::pointwise() {
  Node input = any(0, 5);
  switch (between(0, 3)) {
  case 0:
    return keep(graph.silu(tame(input).value), 1, 0);
  case 1: {
    double factor = oneOf({0.5, -1.0, 2.0, 1.0, 0.0, 0.37});
    return keep(graph.scale(input.value, factor), input.magnitude * std::fabs(factor),
                factor == 0.37 ? 0 : input.factors);
  }
  case 2: {
    Node other = shaped(shapeOf(input.value));
    int factors = input.factors && other.factors ? std::max(input.factors, other.factors) : 0;
    return keep(graph.add(input.value, other.value), input.magnitude + other.magnitude, factors);
  }
  default: {
    Node other = shaped(shapeOf(input.value));
    return keep(graph.mul(input.value, other.value), input.magnitude * other.magnitude,
                product(input, other));
  }
  }
}

void Writer::dropout() {
  Node input = any(1, 5);
  double p = oneOf({0.1, 0.5, 0.9});
  int64_t rank = tensorType(input.value).getRank();
  Value rows = rank == 2 && chance(50) ? integers({firstDim(input.value)}, 0, 1000) : Value();
  keep(graph.dropout(input.value, p, rows), input.magnitude / (1 - p),
       p == 0.5 ? input.factors : 0);
}

/// One slice, or slices that tile an axis, as heads do.
void Writer::slices() {
  Node input = any(1, 5);
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

void Writer::reshape() {
  Node input = any(1, 5);
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

void Writer::indexScores() {
  Shape shape = randomShape(4); // B, Lq, heads, width
  int64_t keys = chance(50) ? shape[1] : extent();
  Node query = exact(shape), key = exact({shape[0], keys, shape[3]});
  Node weight = exact({shape[0], shape[1], shape[2]});
  Value scores = graph.indexScores(query.value, key.value, weight.value, oneOf({1.0, 0.125, -0.5}));
  keep(scores,
       query.magnitude * key.magnitude * weight.magnitude * std::sqrt(double(shape[2] * shape[3])),
       0);
  if (!chance(40))
    return;
  double value = oneOf({-1e9, -std::numeric_limits<double>::infinity(), 0.25});
  Value offset = chance(40) ? integers({}, between(-2, 3), 4) : Value();
  Value filled = graph.fillFuture(scores, value, offset);
  if (value == 0.25)
    keep(filled, nodes.back().magnitude, 0);
  else
    rankable.push_back(filled);
}

void Writer::topK() {
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

Selection Writer::selection() {
  if (selections.empty() || chance(20))
    topK();
  return selections[between(0, selections.size() - 1)];
}

void Writer::gather() {
  Selection chosen = selection();
  Shape shape = {firstDim(chosen.indices), chosen.keys, std::min<int64_t>(extent(), 8)};
  if (chance(40))
    shape.insert(shape.begin() + 2, between(1, 2));
  if (tensorType(chosen.indices).getNumElements() * shape.back() > kMostElements)
    return;
  Node input = shaped(shape);
  keep(graph.gather(input.value, chosen.indices), input.magnitude, input.factors);
}

/// Operands of attention for queries [B, Lq, H, D] of which `outer` is B and Lq.
std::array<Node, 3> Writer::queryKeysValues(ArrayRef<int64_t> outer, int64_t keys) {
  auto fits = [&](const Node &node) {
    return tensorType(node.value).getRank() == 4 && shapeOf(node.value).take_front(2) == outer;
  };
  int64_t heads = between(1, 6),
          width = std::min<int64_t>(extent(), kMostElements / (outer[0] * outer[1] * heads) + 1);
  Node query = find(fits, {outer[0], outer[1], heads, width});
  heads = dim(query.value, 2);
  int64_t keyHeads = between(1, heads);
  while (heads % keyHeads)
    --keyHeads;
  int64_t valueWidth = chance(50) ? lastDim(query.value) : extent();
  return {query, shaped({outer[0], keys, keyHeads, lastDim(query.value)}),
          shaped({outer[0], keys, keyHeads, valueWidth})};
}

static double scaleFor(const Node &query, const Node &keys) {
  return 1 /
         (query.magnitude * keys.magnitude * std::sqrt(static_cast<double>(lastDim(query.value))));
}

void Writer::attention() {
  Shape outer = {between(1, 3), extent()};
  int64_t length = chance(50) ? outer[1] : extent();
  auto [query, keys, values] = queryKeysValues(outer, length);
  AttentionOp op = graph.attention(query.value, keys.value, values.value, scaleFor(query, keys),
                                   chance(30) ? 0.25 : 0.0, mask(outer[0], outer[1], length));
  keep(op.getResult(), values.magnitude, 0);
  observe(op.getLse());
}

void Writer::sparseAttention() {
  Selection chosen = selection();
  Shape outer = {firstDim(chosen.indices), dim(chosen.indices, 1)};
  auto [query, keys, values] = queryKeysValues(outer, chosen.keys);
  SparseAttentionOp op = graph.sparseAttention(
      query.value, keys.value, values.value, chosen.indices, scaleFor(query, keys),
      chance(30) ? 0.25 : 0.0, mask(outer[0], outer[1], chosen.keys));
  keep(op.getResult(), values.magnitude, 0);
  observe(op.getLse());
}

/// A mixture of experts; with more experts than slots some have no row.
void Writer::experts() {
  Node tokens = any(2, 2);
  int64_t count = firstDim(tokens.value), width = lastDim(tokens.value), number = between(1, 9);
  Node logits = shaped({count, number});
  if (chance(50))
    logits = {graph.linear(tokens.value, shaped({number, width}).value),
              tokens.magnitude * std::sqrt(double(width)), 0};
  RouteOp route = graph.route(tame(logits).value, oneOf<int64_t>({1, number, between(1, number)}),
                              chance(30) ? oneOf({0.1, 1.0}) : 0.0);
  observe(route.getExperts());
  keep(route.getWeights(), 1, 0);
  DispatchOp dispatch = graph.dispatch(tokens.value, route.getExperts(), number);
  observe(dispatch.getOffsets());
  Node weight = shaped({number, extent(), width});
  double magnitude = tokens.magnitude * weight.magnitude * std::sqrt(double(width));
  Node hidden = tame(
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

void Writer::crossEntropy() {
  Node logits = tame(any(1, 4));
  ArrayRef<int64_t> shape = shapeOf(logits.value);
  CrossEntropyOp loss =
      graph.crossEntropy(logits.value, integers(shape.drop_back(), 0, shape.back()));
  losses.push_back(loss.getLoss());
  observe(loss.getTokenLoss());
}

void Writer::argmax() {
  observe(graph.argmax(any(1, 4).value));
}

/// Whether a parameter can be reached from `value` through differentiable ops.
bool Writer::isTrainable(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op) {
    auto role = graph.function().getArgAttrOfType<StringAttr>(
        cast<BlockArgument>(value).getArgNumber(), kRoleAttr);
    return role && role.getValue() == "parameter";
  }
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return isa<FloatType>(elementOf(operand)) && isTrainable(operand);
  });
}

/// A cross entropy behind a linear map to a few classes, which depends on a parameter.
void Writer::headLoss(Node node) {
  ArrayRef<int64_t> shape = shapeOf(node.value);
  Value head = graph.parameter("head" + std::to_string(names++), {between(2, 9), shape.back()});
  Value logits = graph.linear(tame(node).value, head);
  Value targets = integers(shape.drop_back(), 0, lastDim(logits));
  losses.push_back(graph.crossEntropy(logits, targets).getLoss());
}

/// Makes the graph a training step with one of the recipes, whose losses read what nobody has read.
void Writer::train() {
  headLoss(any(1, 4));
  for (size_t number = nodes.size(); number-- > 0 && losses.size() < 4;)
    if (Node node = nodes[number]; node.value.use_empty() && !shapeOf(node.value).empty())
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
void Writer::returnValues() {
  for (const Node &node : nodes)
    if (node.value.getDefiningOp() && (node.value.use_empty() || chance(20)))
      observe(node.value);
  for (auto [number, value] : llvm::enumerate(observed))
    graph.result("r" + std::to_string(number), value);
}

func::FuncOp Writer::write() {
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
  return Writer(module, options).write();
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
