// Moves every op, with the element-wise ops and views around it, into a kernel, and leaves launches
// behind.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "passes/ConvexGroups.h"
#include "passes/KernelFamilies.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringMap.h"

namespace dsa {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {
/// The kernels of one module, each distinct body once.
class KernelLibrary {
public:
  explicit KernelLibrary(ModuleOp module) : symbols(module) {}
  /// Takes over `kernel`, or erases it when an equal one exists. Returns the name to launch.
  FlatSymbolRefAttr add(KernelOp kernel);
  unsigned size() const { return byBody.size(); }

private:
  SymbolTable symbols;
  llvm::StringMap<StringAttr> byBody;
  llvm::StringMap<unsigned> perFamily;
};

/// One function on its way to launches. Views are copied into the kernels that read them, except
/// those in `copied`.
class Outliner {
public:
  Outliner(func::FuncOp func, KernelLibrary &library, bool explain)
      : func(func), library(library), explain(explain), builder(func) {}
  LogicalResult run(bool fuses);

  unsigned launches = 0, fused = 0, produced = 0;

private:
  Operation *end() { return func.getBody().front().getTerminator(); }
  LogicalResult collect();
  void makeReadable(Operation *user, Value operand);
  bool isAbsorbed(Operation *op) const { return isView(op) && !copied.contains(op); }
  Value rootOf(Value value) const;
  Operation *producerOf(Value value) const;
  bool linksFit(Operation *op, unsigned group) const;
  void fuse(Operation *op);
  StringRef obstacle(Operation *reader, Value value) const;
  StringRef takeReaders(Operation *anchor, SmallVectorImpl<Operation *> &taken) const;
  void fuseProducer(Operation *op);
  bool isUsedOutside(Value value, unsigned group) const;
  LaunchOp launch(Location location, ArrayRef<Operation *> body, ArrayRef<Value> outputs);
  void launchGroup(unsigned group);
  void finish();

  func::FuncOp func;
  KernelLibrary &library;
  bool explain;
  OpBuilder builder;
  llvm::DenseSet<Operation *> copied;
  SmallVector<Operation *> work;
  std::unique_ptr<ConvexGroups> groups;
  IRMapping launched; // results of ops -> results of launches
};
} // namespace

static std::string textOf(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, OpPrintingFlags().useLocalScope());
  return text;
}

/// The family of a kernel behind the names of what it produces itself.
static std::string stemOf(KernelOp kernel) {
  const KernelFamily *family = familyOf(anchorOf(kernel));
  std::string stem;
  for (Operation &op : kernel.getBody().front())
    if (family && isProducer(*family, &op))
      stem += (familyOf(&op)->name + "_").str();
  return stem + (family ? family->name : llvm::StringLiteral("copy")).str();
}

FlatSymbolRefAttr KernelLibrary::add(KernelOp kernel) {
  StringAttr &name = byBody[textOf(kernel)];
  if (name) {
    kernel.erase();
    return FlatSymbolRefAttr::get(name);
  }
  std::string stem = stemOf(kernel);
  kernel.setSymName((stem + "_" + Twine(perFamily[stem]++)).str());
  name = symbols.insert(kernel);
  return FlatSymbolRefAttr::get(name);
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
void Outliner::makeReadable(Operation *user, Value operand) {
  tensor::ExtractSliceOp slice = lastSlice(operand);
  const KernelFamily *family = familyOf(user);
  if (!slice || (family && family->slices && stridesOf(operand)))
    return;
  if (copied.insert(slice).second)
    makeReadable(slice, slice.getSource());
}

LogicalResult Outliner::collect() {
  for (Operation &op : func.getBody().front().without_terminator()) {
    if (isa<arith::ConstantOp>(op) || isView(&op))
      continue;
    if (isa<LaunchOp>(op))
      return op.emitOpError("expected a function of launches or of ops to outline, got both");
    if (!familyOf(&op))
      return op.emitOpError("expected an op that anchors a kernel family, a view or a constant");
    for (Value operand : op.getOperands())
      makeReadable(&op, operand);
  }
  for (Value returned : end()->getOperands())
    if (Operation *view = returned.getDefiningOp(); view && isView(view)) {
      copied.insert(view);
      makeReadable(view, view->getOperand(0));
    }
  for (Operation &op : func.getBody().front().without_terminator())
    if (!isa<arith::ConstantOp>(op) && !isAbsorbed(&op))
      work.push_back(&op);
  groups = std::make_unique<ConvexGroups>(work, [&](Value value) { return producerOf(value); });
  return success();
}

Value Outliner::rootOf(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && isAbsorbed(op) ? rootOf(op->getOperand(0)) : value;
}

Operation *Outliner::producerOf(Value value) const {
  Operation *op = rootOf(value).getDefiningOp();
  return op && !isa<arith::ConstantOp>(op) ? op : nullptr;
}

/// Whether both are the same [rows, columns] matrix, so that one tile position serves both.
static bool flattenAlike(Value a, Value b) {
  auto columns = [](Value value) { return shapeOf(value).empty() ? 1 : lastDim(value); };
  return tensorType(a).getNumElements() == tensorType(b).getNumElements() &&
         columns(a) == columns(b);
}

/// Whether everything that `op` reads from `group` is the element at its own position.
bool Outliner::linksFit(Operation *op, unsigned group) const {
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    Operation *producer = producerOf(operand.get());
    if (!producer || groups->groupOf(producer) != group)
      return true;
    for (Value value = operand.get(); value != rootOf(value);
         value = value.getDefiningOp()->getOperand(0))
      if (!isReshape(value.getDefiningOp()))
        return false;
    Value root = rootOf(operand.get());
    return isElementwise(op, operand.getOperandNumber()) && root == producer->getResult(0) &&
           flattenAlike(root, op->getResult(0));
  });
}

/// Joins a pointwise op with the latest producer whose kernel can take it, and with further
/// pointwise producers.
void Outliner::fuse(Operation *op) {
  SmallVector<Operation *> producers;
  for (Value operand : op->getOperands())
    if (Operation *producer = producerOf(operand);
        producer && !llvm::is_contained(producers, producer))
      producers.push_back(producer);
  llvm::sort(producers, [](Operation *a, Operation *b) { return b->isBeforeInBlock(a); });
  bool alone = true;
  for (Operation *producer : producers) {
    unsigned group = groups->groupOf(producer), own = groups->groupOf(op);
    SmallVector<Operation *> members = groups->opsOf(group), mine = groups->opsOf(own);
    Operation *anchor = anchorOf(members);
    const KernelFamily *family = familyOf(anchor);
    bool fits = llvm::all_of(mine, [&](Operation *member) {
      return llvm::is_contained(family->epilogue, member->getName().getStringRef()) &&
             linksFit(member, group);
    });
    fits = fits && llvm::all_of(members, [&](Operation *member) { return linksFit(member, own); });
    if (group == own || !fits || (!alone && !isPointwise(anchor)) || !groups->merge(group, own))
      continue;
    alone = false;
    ++fused;
  }
}

/// Why the kernel of `reader` cannot produce `value` itself; empty if it can.
StringRef Outliner::obstacle(Operation *reader, Value value) const {
  Operation *producer = producerOf(value);
  if (value != producer->getResult(0))
    return "a view stands between them";
  if (llvm::any_of(value.getUsers(), [&](Operation *user) {
        return user != reader && !isCompanion(*familyOf(reader), user);
      }))
    return "its result is also read elsewhere";
  return groups->opsOf(groups->groupOf(producer)).size() > 1 ? "it has a kernel with other ops"
                                                             : "";
}

/// Appends the other readers of the folded operand of `anchor`, and what consumes their results
/// tile by tile. Returns why one kernel cannot hold them all with `taken`; empty if it can.
StringRef Outliner::takeReaders(Operation *anchor, SmallVectorImpl<Operation *> &taken) const {
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

/// Takes what computes the folded operand of `op` into its kernel, if its family can produce it,
/// with everything else that reads it.
void Outliner::fuseProducer(Operation *op) {
  const KernelFamily &family = *familyOf(op);
  if (family.producers.empty())
    return;
  SmallVector<Operation *> taken;
  StringRef reason;
  for (Operation *reader = op; taken.empty() || isMask(family, reader); reader = taken.back()) {
    Value value = foldedBy(reader);
    Operation *producer = value ? producerOf(value) : nullptr;
    if (!producer || !(isProducer(family, producer) || isMask(family, producer)))
      return;
    if (reason.empty())
      reason = obstacle(reader, value);
    taken.push_back(producer);
  }
  Operation *source = taken.back();
  if (reason.empty())
    reason = takeReaders(op, taken);
  ConvexGroups merged = *groups;
  for (Operation *other : taken)
    if (reason.empty() && !merged.merge(merged.groupOf(other), merged.groupOf(op)))
      reason = "a path between its readers leaves the kernel";
  if (explain)
    op->emitRemark() << (reason.empty() ? "fused with " : "not fused with ") << source->getName()
                     << (reason.empty() ? "" : ": ") << reason;
  if (!reason.empty())
    return;
  *groups = std::move(merged);
  produced += taken.size();
}

bool Outliner::isUsedOutside(Value value, unsigned group) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (isAbsorbed(user))
      return isUsedOutside(user->getResult(0), group);
    return user->hasTrait<OpTrait::IsTerminator>() || groups->groupOf(user) != group;
  });
}

/// Writes the kernel that computes `outputs` with clones of `body`, and launches it before the end
/// of the function.
LaunchOp Outliner::launch(Location location, ArrayRef<Operation *> body, ArrayRef<Value> outputs) {
  builder.setInsertionPoint(func);
  auto kernel = KernelOp::create(builder, location, "kernel", builder.getFunctionType({}, {}),
                                 ArrayAttr(), ArrayAttr());
  Block &block = kernel.getBody().emplaceBlock();
  builder.setInsertionPointToStart(&block);
  IRMapping inside;
  SmallVector<Value> inputs;
  auto enter = [&](Value value, auto &&self) -> void {
    if (inside.contains(value))
      return;
    if (Operation *view = value.getDefiningOp(); view && isAbsorbed(view)) {
      self(view->getOperand(0), self);
      builder.clone(*view, inside);
    } else {
      inside.map(value, block.addArgument(value.getType(), value.getLoc()));
      inputs.push_back(launched.lookupOrDefault(value));
    }
  };
  for (Operation *op : body) {
    for (Value operand : op->getOperands())
      enter(operand, enter);
    builder.clone(*op, inside);
  }
  for (Value output : outputs)
    enter(output, enter);
  YieldOp::create(builder, location, llvm::map_to_vector(outputs, [&](Value output) {
                    return inside.lookup(output);
                  }));
  kernel.setFunctionType(
      builder.getFunctionType(block.getArgumentTypes(), TypeRange(ValueRange(outputs))));
  builder.setInsertionPoint(end());
  ++launches;
  return LaunchOp::create(builder, location, TypeRange(ValueRange(outputs)), library.add(kernel),
                          inputs, DenseI64ArrayAttr());
}

void Outliner::launchGroup(unsigned group) {
  SmallVector<Operation *> body = groups->opsOf(group);
  SmallVector<Value> outputs;
  for (Operation *op : body)
    for (Value result : op->getResults())
      if (isUsedOutside(result, group))
        outputs.push_back(result);
  if (!outputs.empty())
    launched.map(ValueRange(outputs), launch(body.front()->getLoc(), body, outputs).getOutputs());
}

/// Gives every function result a launch result of its own, then erases what the kernels hold now.
void Outliner::finish() {
  llvm::DenseSet<Value> returned;
  for (OpOperand &operand : end()->getOpOperands()) {
    Value value = launched.lookupOrDefault(operand.get());
    Operation *source = value.getDefiningOp();
    if (source && (!returned.insert(value).second || isa<arith::ConstantOp>(source)))
      value = launch(source->getLoc(), {}, value).getResult(0);
    operand.set(value);
  }
  for (Operation *op = end()->getPrevNode(); op;) {
    Operation *previous = op->getPrevNode();
    if (!isa<LaunchOp>(op) && op->use_empty())
      op->erase();
    op = previous;
  }
}

/// Whether `func` is what this pass leaves behind: launches, and constants that they read.
static bool isOutlined(func::FuncOp func) {
  return !func.getOps<LaunchOp>().empty() && llvm::all_of(func.getOps(), [](Operation &op) {
    return isa<LaunchOp, arith::ConstantOp>(op) || op.hasTrait<OpTrait::IsTerminator>();
  });
}

LogicalResult Outliner::run(bool fuses) {
  if (!func.getBody().hasOneBlock())
    return func.emitOpError("expected one block, got ") << func.getBody().getBlocks().size();
  if (failed(collect()))
    return failure();
  for (Operation *op : work) {
    if (!fuses)
      break;
    if (isPointwise(op))
      fuse(op);
    else
      fuseProducer(op);
  }
  for (unsigned group : groups->ordered())
    launchGroup(group);
  finish();
  return success();
}

namespace {
struct OutlineKernels : dsa::impl::OutlineKernelsBase<OutlineKernels> {
  using OutlineKernelsBase::OutlineKernelsBase;

  void runOnOperation() override {
    KernelLibrary library(getOperation());
    for (func::FuncOp func : llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      if (func.isExternal() || isOutlined(func))
        continue;
      Outliner outliner(func, library, explain);
      if (failed(outliner.run(fuse)))
        return signalPassFailure();
      launches += outliner.launches;
      fused += outliner.fused;
      produced += outliner.produced;
    }
    kernels += library.size();
  }
};
} // namespace
