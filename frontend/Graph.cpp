// Functions, arguments, results and views of the graph builder.
#include "frontend/Graph.h"

#include "dialect/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <numeric>

using namespace mlir;
using namespace dsa;

Graph::Graph(ModuleOp module, StringRef name) : builder(OpBuilder::atBlockEnd(module.getBody())) {
  builder.getContext()
      ->loadDialect<DsaDialect, func::FuncDialect, arith::ArithDialect, tensor::TensorDialect>();
  Location location = NameLoc::get(builder.getStringAttr(name));
  func = func::FuncOp::create(builder, location, name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(func.addEntryBlock());
}

Graph::Scope::Scope(Graph &graph, const Twine &name)
    : graph(graph), outerLength(graph.path.size()) {
  if (!graph.path.empty())
    graph.path += '.';
  graph.path += name.str();
}

Graph::Scope::~Scope() {
  graph.path.resize(outerLength);
}

Location Graph::location() {
  return path.empty() ? func.getLoc() : Location(NameLoc::get(builder.getStringAttr(path)));
}

Value Graph::argument(StringRef role, StringRef name, ArrayRef<int64_t> shape, Type element) {
  auto type = RankedTensorType::get(shape, element);
  if (Value known = arguments.lookup(name)) {
    assert(known.getType() == type && "one name has one shape");
    return known;
  }
  NamedAttrList attributes;
  attributes.set(kRoleAttr, builder.getStringAttr(role));
  attributes.set(kNameAttr, builder.getStringAttr(name));
  unsigned number = func.getNumArguments();
  [[maybe_unused]] LogicalResult inserted = func.insertArgument(
      number, type, attributes.getDictionary(builder.getContext()), func.getLoc());
  assert(succeeded(inserted) && "a function of ours takes any argument");
  return arguments[name] = func.getArgument(number);
}

Value Graph::input(StringRef name, ArrayRef<int64_t> shape, Type element) {
  return argument("input", name, shape, element);
}

Value Graph::parameter(StringRef name, ArrayRef<int64_t> shape, StringRef group) {
  std::string full = path.empty() ? name.str() : path + "." + name.str();
  auto value = cast<BlockArgument>(argument("parameter", full, shape, builder.getF32Type()));
  if (!group.empty())
    func.setArgAttr(value.getArgNumber(), kGroupAttr, builder.getStringAttr(group));
  return value;
}

Value Graph::seed() {
  return argument("seed", "seed", {}, builder.getI64Type());
}

Value Graph::step() {
  return argument("step", "step", {}, builder.getI64Type());
}

Value Graph::learningRate() {
  return argument("learning_rate", "learning_rate", {}, builder.getF32Type());
}

Value Graph::randomKey() {
  auto type = RankedTensorType::get({}, builder.getI64Type());
  auto number = DenseElementsAttr::get(type, builder.getI64IntegerAttr(nextStream++).getValue());
  Value stream = arith::ConstantOp::create(builder, location(), number);
  return RandomKeyOp::create(builder, location(), seed(), step(), stream);
}

void Graph::result(StringRef name, Value value) {
  results.push_back(value);
  resultAttributes.emplace_back().set(kNameAttr, builder.getStringAttr(name));
}

void Graph::minimize(StringRef name, Value value, double weight, StringRef group) {
  result(name, value);
  resultAttributes.back().set(kMinimizeAttr, builder.getF64FloatAttr(weight));
  if (!group.empty())
    resultAttributes.back().set(kGroupAttr, builder.getStringAttr(group));
}

func::FuncOp Graph::finish() {
  func::ReturnOp::create(builder, func.getLoc(), results);
  func.setType(builder.getFunctionType(func.getArgumentTypes(), ValueRange(results).getTypes()));
  for (auto [number, attributes] : llvm::enumerate(resultAttributes))
    func.setResultAttrs(number, attributes.getDictionary(builder.getContext()));
  return func;
}

Value Graph::slice(Value value, int64_t axis, int64_t first, int64_t size) {
  SmallVector<OpFoldResult> offsets, sizes;
  for (auto [number, extent] : llvm::enumerate(shapeOf(value))) {
    bool cut = static_cast<int64_t>(number) == axis;
    offsets.push_back(builder.getIndexAttr(cut ? first : 0));
    sizes.push_back(builder.getIndexAttr(cut ? size : extent));
  }
  SmallVector<OpFoldResult> strides(offsets.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, location(), value, offsets, sizes, strides);
}

/// {0}, {1}, ..., and one group of `size` axes that starts at `first`: the reassociation of a
/// reshape of `rank` axes.
static SmallVector<ReassociationIndices> groupAxes(int64_t rank, int64_t first, int64_t size) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t axis = 0; axis < rank;) {
    ReassociationIndices &group = groups.emplace_back(axis == first ? size : 1);
    std::iota(group.begin(), group.end(), axis);
    axis += group.size();
  }
  return groups;
}

Value Graph::splitLast(Value value, int64_t outer) {
  SmallVector<int64_t> shape(shapeOf(value).drop_back());
  int64_t first = shape.size();
  shape.append({outer, lastDim(value) / outer});
  return tensor::ExpandShapeOp::create(builder, location(), tensorOf(elementOf(value), shape),
                                       value, groupAxes(shape.size(), first, 2));
}

Value Graph::mergeLast(Value value) {
  int64_t rank = tensorType(value).getRank();
  return tensor::CollapseShapeOp::create(builder, location(), value, groupAxes(rank, rank - 2, 2));
}

Value Graph::joinLast(Value left, Value right) {
  return tensor::ConcatOp::create(builder, location(), tensorType(left).getRank() - 1,
                                  ValueRange{left, right});
}

Value Graph::flattenRows(Value value) {
  int64_t rank = tensorType(value).getRank();
  return tensor::CollapseShapeOp::create(builder, location(), value, groupAxes(rank, 0, rank - 1));
}

Value Graph::unflattenRows(Value value, ArrayRef<int64_t> outer) {
  RankedTensorType type = tensorOf(elementOf(value), outer, lastDim(value));
  return tensor::ExpandShapeOp::create(builder, location(), type, value,
                                       groupAxes(type.getRank(), 0, outer.size()));
}
