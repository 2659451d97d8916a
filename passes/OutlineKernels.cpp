// Moves every op, with the element-wise ops and views around it, into a kernel, and leaves launches
// behind.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "passes/FusionGraph.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
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

/// One function on its way to launches.
class Outliner {
public:
  Outliner(func::FuncOp func, FusionGraph graph, KernelLibrary &library)
      : func(func), graph(std::move(graph)), library(library), groups(this->graph.apart()),
        builder(func) {}
  LogicalResult run();

  unsigned launches = 0;

private:
  Operation *end() { return func.getBody().front().getTerminator(); }
  LogicalResult group();
  LaunchOp launch(Location location, ArrayRef<Operation *> body, ArrayRef<Value> outputs);
  void launchGroup(unsigned group);
  void finish();

  func::FuncOp func;
  FusionGraph graph;
  KernelLibrary &library;
  ConvexGroups groups;
  OpBuilder builder;
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
    if (family && (isProducer(*family, &op) || (isPrologue(*family, &op) && !isPointwise(&op))))
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

/// Merges the ops that carry the same number, step by step, so that only what the families can
/// express becomes a kernel.
LogicalResult Outliner::group() {
  llvm::MapVector<Attribute, Operation *> first;
  for (Operation *op : graph.ops()) {
    Attribute number = op->getAttr(kFusedAttr);
    if (!number)
      continue;
    first.insert({number, op});
    for (const FusionMove &move : graph.movesOf(op))
      if (llvm::all_of(move.taken,
                       [&](Operation *other) { return other->getAttr(kFusedAttr) == number; }))
        (void)graph.apply(move, groups);
  }
  for (Operation *op : graph.ops())
    if (Attribute number = op->getAttr(kFusedAttr);
        number && groups.groupOf(op) != groups.groupOf(first[number]))
      return op->emitOpError("expected ")
             << kFusedAttr << " " << number << " to be a group that one kernel can express, got "
             << first[number]->getName() << " apart from it";
  return success();
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
    if (Operation *view = value.getDefiningOp(); view && graph.isAbsorbed(view)) {
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
    builder.clone(*op, inside)->removeAttr(kFusedAttr);
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
  SmallVector<Operation *> body = groups.opsOf(group);
  SmallVector<Value> outputs;
  for (Operation *op : body)
    for (Value result : op->getResults())
      if (graph.isUsedOutside(result, groups, group))
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

LogicalResult Outliner::run() {
  if (failed(group()))
    return failure();
  for (unsigned group : groups.ordered())
    launchGroup(group);
  finish();
  return success();
}

namespace {
struct OutlineKernels : dsa::impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    KernelLibrary library(getOperation());
    for (func::FuncOp func : llvm::to_vector(getOperation().getOps<func::FuncOp>())) {
      if (func.isExternal() || isOutlined(func))
        continue;
      FailureOr<FusionGraph> graph = FusionGraph::of(func);
      if (failed(graph))
        return signalPassFailure();
      Outliner outliner(func, std::move(*graph), library);
      if (failed(outliner.run()))
        return signalPassFailure();
      launches += outliner.launches;
    }
    kernels += library.size();
  }
};
} // namespace
