// The steps by which groups of ops grow, and what stands in their way.
#include "passes/FusionGraph.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace dsa;

bool dsa::isOutlined(func::FuncOp func) {
  return !func.getOps<LaunchOp>().empty() && llvm::all_of(func.getOps(), [](Operation &op) {
    return isa<LaunchOp, arith::ConstantOp>(op) || op.hasTrait<OpTrait::IsTerminator>();
  });
}

FailureOr<FusionGraph> FusionGraph::of(func::FuncOp func) {
  FusionGraph graph(func);
  if (!func.getBody().hasOneBlock())
    return func.emitOpError("expected one block, got ") << func.getBody().getBlocks().size();
  if (failed(graph.collect()))
    return failure();
  return graph;
}

/// The last slice between the root of `value` and `value`, null when only reshapes are.
static tensor::ExtractSliceOp lastSlice(Value value) {
  for (Operation *op = value.getDefiningOp(); op && isView(op);
       op = op->getOperand(0).getDefiningOp())
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
      return slice;
  return {};
}

/// Copies the last slice before `operand` when the kernel of `user` cannot read it in place.
void FusionGraph::makeReadable(Operation *user, Value operand) {
  tensor::ExtractSliceOp slice = lastSlice(operand);
  const KernelFamily *family = familyOf(user);
  if (!slice || (family && family->slices && stridesOf(operand)))
    return;
  if (copied.insert(slice).second)
    makeReadable(slice, slice.getSource());
}

LogicalResult FusionGraph::collect() {
  Block &block = func.getBody().front();
  for (Operation &op : block.without_terminator()) {
    if (isa<arith::ConstantOp>(op) || isView(&op))
      continue;
    if (isa<LaunchOp>(op))
      return op.emitOpError("expected a function of launches or of ops to outline, got both");
    if (!familyOf(&op))
      return op.emitOpError("expected an op that anchors a kernel family, a view or a constant");
    for (Value operand : op.getOperands())
      makeReadable(&op, operand);
  }
  for (Value returned : block.getTerminator()->getOperands())
    if (Operation *view = returned.getDefiningOp(); view && isView(view)) {
      copied.insert(view);
      makeReadable(view, view->getOperand(0));
    }
  for (Operation &op : block.without_terminator())
    if (!isa<arith::ConstantOp>(op) && !isAbsorbed(&op))
      work.push_back(&op);
  return success();
}

ConvexGroups FusionGraph::apart() const {
  return ConvexGroups(work, [&](Value value) { return producerOf(value); });
}

Value FusionGraph::rootOf(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && isAbsorbed(op) ? rootOf(op->getOperand(0)) : value;
}

Operation *FusionGraph::producerOf(Value value) const {
  Operation *op = rootOf(value).getDefiningOp();
  return op && !isa<arith::ConstantOp>(op) ? op : nullptr;
}

bool FusionGraph::isUsedOutside(Value value, const ConvexGroups &groups, unsigned group) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (isAbsorbed(user))
      return isUsedOutside(user->getResult(0), groups, group);
    return user->hasTrait<OpTrait::IsTerminator>() || groups.groupOf(user) != group;
  });
}

/// Whether no slice stands between `made` and `read`, a view of it.
static bool readsThroughReshapes(Value read, Value made) {
  for (; read != made; read = read.getDefiningOp()->getOperand(0))
    if (!isReshape(read.getDefiningOp()))
      return false;
  return true;
}

/// Whether everything that `op` reads from `group` is the element at its own position.
bool FusionGraph::linksFit(Operation *op, const ConvexGroups &groups, unsigned group) const {
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    Operation *producer = producerOf(operand.get());
    if (!producer || groups.groupOf(producer) != group)
      return true;
    Value root = rootOf(operand.get());
    if (!readsThroughReshapes(operand.get(), root))
      return false;
    return isElementwise(op, operand.getOperandNumber()) && root == producer->getResult(0) &&
           flattenAlike(root, op->getResult(0));
  });
}

/// Joins an element-wise op with the kernel of one of its producers.
StringRef FusionGraph::join(const FusionMove &move, ConvexGroups &groups) const {
  unsigned group = groups.groupOf(move.source), own = groups.groupOf(move.reader);
  SmallVector<Operation *> members = groups.opsOf(group), mine = groups.opsOf(own);
  Operation *anchor = anchorOf(members);
  const KernelFamily *family = familyOf(anchor);
  if (group == own)
    return "they share a kernel already";
  if (!llvm::all_of(mine, [&](Operation *member) {
        return llvm::is_contained(family->epilogue, member->getName().getStringRef());
      }))
    return "its kernel has no place for what would join";
  auto fit = [&](ArrayRef<Operation *> ops, unsigned other) {
    return llvm::all_of(ops, [&](Operation *op) { return linksFit(op, groups, other); });
  };
  if (!fit(mine, group) || !fit(members, own))
    return "they do not meet element by element";
  if (mine.size() > 1 && !isPointwise(anchor))
    return "it has a kernel with other ops";
  return groups.merge({group, own}) ? "" : "a path between them leaves the kernel";
}

/// Why the kernel of `reader` cannot produce `value` itself; empty if it can.
StringRef FusionGraph::obstacle(Operation *reader, Value value) const {
  if (value != producerOf(value)->getResult(0))
    return "a view stands between them";
  if (!elementOf(value).isF32())
    return "only tiles of f32 numbers are folded";
  bool elsewhere = llvm::any_of(value.getUsers(), [&](Operation *user) {
    return user != reader && !isCompanion(*familyOf(reader), user);
  });
  return elsewhere ? "its result is also read elsewhere" : "";
}

/// Appends the other readers of the folded operand of `anchor`, and what consumes their results
/// tile by tile. Returns why one kernel cannot hold them all with `taken`; empty if it can.
StringRef FusionGraph::takeReaders(Operation *anchor, SmallVectorImpl<Operation *> &taken) const {
  const KernelFamily &family = *familyOf(anchor);
  Value value = foldedBy(anchor);
  SmallVector<Value> tiles =
      llvm::map_to_vector(taken, [](Operation *op) -> Value { return op->getResult(0); });
  auto take = [&](Operation *op) {
    if (op != anchor && !llvm::is_contained(taken, op))
      taken.push_back(op);
  };
  for (Operation *companion : value.getUsers()) {
    take(companion);
    if (companion == anchor || companion->getResult(0).getType() != value.getType())
      continue;
    tiles.push_back(companion->getResult(0));
    for (OpOperand &use : tiles.back().getUses()) {
      if (!isConsumer(family, use.getOwner()) || use.getOperandNumber() != 0)
        return "what another reader makes of it is read elsewhere";
      take(use.getOwner());
    }
  }
  llvm::SmallDenseSet<OperationName> names;
  for (Operation *op : taken)
    if (!names.insert(op->getName()).second)
      return "two of its readers are alike";
  auto isInside = [&](Operation *op) { return op && llvm::is_contained(taken, op); };
  SmallVector<Operation *> readers = llvm::to_vector(taken);
  readers.push_back(anchor);
  for (Operation *op : readers)
    for (Value operand : op->getOperands())
      if (!llvm::is_contained(tiles, operand) && isInside(producerOf(operand)))
        return "one of its readers needs the result of another";
  return "";
}

/// Appends the step in which the fold `op` takes what computes its operand, if its family can.
void FusionGraph::addFold(Operation *op, SmallVectorImpl<FusionMove> &moves) const {
  const KernelFamily &family = *familyOf(op);
  if (family.producers.empty())
    return;
  FusionMove move{op, {}, nullptr, ""};
  for (Operation *reader = op; move.taken.empty() || isMask(family, reader);
       reader = move.taken.back()) {
    Value value = foldedBy(reader);
    Operation *producer = value ? producerOf(value) : nullptr;
    if (!producer || !(isProducer(family, producer) || isMask(family, producer)))
      return;
    if (move.obstacle.empty())
      move.obstacle = obstacle(reader, value);
    move.taken.push_back(producer);
  }
  move.source = move.taken.back();
  if (move.obstacle.empty())
    move.obstacle = takeReaders(op, move.taken);
  moves.push_back(std::move(move));
}

/// Whether something reads `value`, perhaps through views, besides `operand`.
bool FusionGraph::isReadElsewhere(Value value, OpOperand *operand) const {
  return llvm::any_of(value.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    return isAbsorbed(user) ? isReadElsewhere(user->getResult(0), operand) : &use != operand;
  });
}

/// Appends the step in which the product `op` takes along what makes its factor row by row.
void FusionGraph::addPrologue(Operation *op, SmallVectorImpl<FusionMove> &moves) const {
  OpOperand *operand = prologueOf(op);
  Operation *producer = operand ? producerOf(operand->get()) : nullptr;
  if (!producer || !isPrologue(*familyOf(op), producer))
    return;
  Value made = producer->getResult(0);
  StringRef obstacle;
  if (isReadElsewhere(made, operand))
    obstacle = "its result is also read elsewhere";
  else if (!readsThroughReshapes(operand->get(), made) || !flattenAlike(operand->get(), made))
    obstacle = "a view stands between them";
  moves.push_back({op, {producer}, producer, obstacle});
}

/// Joins a product with the kernel that makes its factor.
StringRef FusionGraph::joinPrologue(const FusionMove &move, ConvexGroups &groups) const {
  unsigned group = groups.groupOf(move.source), own = groups.groupOf(move.reader);
  const KernelFamily &family = *familyOf(move.reader);
  SmallVector<Operation *> members = groups.opsOf(group);
  if (groups.opsOf(own).size() > 1 ||
      !llvm::all_of(members, [&](Operation *member) { return isPrologue(family, member); }))
    return "it has a kernel with other ops";
  for (Operation *member : members)
    if (member != move.source && isUsedOutside(member->getResult(0), groups, group))
      return "another value of its kernel is read elsewhere";
  [[maybe_unused]] bool isConvex = groups.merge({group, own});
  assert(isConvex && "only the product reads what its prologue makes");
  return "";
}

SmallVector<FusionMove> FusionGraph::movesOf(Operation *op) const {
  SmallVector<FusionMove> moves;
  if (!isPointwise(op)) {
    addFold(op, moves);
    addPrologue(op, moves);
    return moves;
  }
  SmallVector<Operation *> producers;
  for (Value operand : op->getOperands())
    if (Operation *producer = producerOf(operand);
        producer && !llvm::is_contained(producers, producer))
      producers.push_back(producer);
  llvm::sort(producers, [](Operation *a, Operation *b) { return b->isBeforeInBlock(a); });
  for (Operation *producer : producers)
    moves.push_back({op, {producer}, producer, ""});
  return moves;
}

StringRef FusionGraph::apply(const FusionMove &move, ConvexGroups &groups) const {
  if (!move.obstacle.empty())
    return move.obstacle;
  if (isPointwise(move.reader))
    return join(move, groups);
  if (prologueOf(move.reader))
    return joinPrologue(move, groups);
  SmallVector<unsigned> together = {groups.groupOf(move.reader)};
  for (Operation *op : move.taken) {
    together.push_back(groups.groupOf(op));
    if (groups.opsOf(together.back()).size() > 1)
      return "it has a kernel with other ops";
  }
  return groups.merge(together) ? "" : "a path between its readers leaves the kernel";
}
