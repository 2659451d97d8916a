// Gives every launch result its storage: an offset in one arena, or the buffer of a function
// result.
#include "dialect/Dialect.h"
#include "passes/KernelFamilies.h"
#include "passes/Liveness.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Format.h"

namespace dsa {
#define GEN_PASS_DEF_PLANBUFFERS
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

/// Whether `launch` reads `argument` only at the position that it writes, so that the result may
/// overwrite it.
static bool readsInPlace(LaunchOp launch, Value argument) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(launch, launch.getKernelAttr());
  // What stands before a product is read again for every block of its columns.
  SmallVector<Operation *> prologue;
  if (kernel)
    prologue = prologueOps(kernel);
  return llvm::all_of(llvm::enumerate(launch.getInputs()), [&](auto input) {
    return input.value() != argument ||
           (kernel && llvm::all_of(kernel.getBody().getArgument(input.index()).getUses(),
                                   [&](OpOperand &use) {
                                     return isElementwise(use.getOwner(), use.getOperandNumber()) &&
                                            !llvm::is_contained(prologue, use.getOwner());
                                   }));
  });
}

/// Whether the argument that result `number` replaces may be overwritten when `updater` runs.
static LogicalResult verifyUpdate(func::FuncOp func, unsigned number, LaunchOp updater) {
  Value argument = updatedArgument(func, number);
  if (!argument)
    return success();
  unsigned updated = cast<BlockArgument>(argument).getArgNumber();
  for (Operation *reader : argument.getUsers())
    if (auto launch = dyn_cast<LaunchOp>(reader); launch && updater->isBeforeInBlock(reader))
      return updater.emitOpError("expected argument #")
             << updated << " to be read before it is updated in place, got @" << launch.getKernel()
             << " after the update";
  if (!readsInPlace(updater, argument))
    return updater.emitOpError("expected argument #")
           << updated << " to be read element by element where it is updated in place";
  return success();
}

/// The number of the function result that each launch result is stored in. Other results (an
/// argument, a constant, a value that is returned twice) are copied by whoever runs the function.
static FailureOr<llvm::DenseMap<Value, int64_t>> resultStorage(func::FuncOp func) {
  llvm::DenseMap<Value, int64_t> storage;
  for (auto [number, value] :
       llvm::enumerate(func.getBody().front().getTerminator()->getOperands())) {
    auto launch = value.getDefiningOp<LaunchOp>();
    bool stored = launch && storage.insert({value, number}).second;
    if (!stored && func.getResultAttr(number, kUpdatesAttr))
      return func.emitOpError("expected result #")
             << number << " to come from a launch of its own, as it updates an argument";
    if (stored && failed(verifyUpdate(func, number, launch)))
      return failure();
  }
  return storage;
}

static void report(func::FuncOp func, MutableArrayRef<LaunchOp> launches,
                   ArrayRef<Lifetime> lifetimes, int64_t arena) {
  SmallVector<int64_t> alive = bytesAlive(lifetimes, launches.size());
  int64_t peak = alive.empty() ? 0 : llvm::max_element(alive) - alive.begin();
  llvm::raw_ostream &out = llvm::errs();
  out << "@" << func.getName() << ": arena " << arena << " bytes, at most "
      << (alive.empty() ? 0 : alive[peak]) << " alive\n";
  for (auto [number, launch] : llvm::enumerate(launches))
    out << llvm::format("%5zu %12lld ", number, static_cast<long long>(alive[number])) << "@"
        << launch.getKernel() << (static_cast<int64_t>(number) == peak ? " <- peak\n" : "\n");
  out << "alive at the peak:\n";
  for (const Lifetime &lifetime : lifetimes)
    if (lifetime.first <= peak && peak <= lifetime.last)
      out << llvm::format(
                 "%12lld bytes at %lld, launches %lld to %lld: ",
                 static_cast<long long>(lifetime.bytes), static_cast<long long>(lifetime.offset),
                 static_cast<long long>(lifetime.first), static_cast<long long>(lifetime.last))
          << "@" << launches[lifetime.first].getKernel() << "#" << lifetime.value.getResultNumber()
          << " " << lifetime.value.getType() << "\n";
}

namespace {
struct PlanBuffers : dsa::impl::PlanBuffersBase<PlanBuffers> {
  using PlanBuffersBase::PlanBuffersBase;

  void runOnOperation() override {
    for (func::FuncOp func : getOperation().getOps<func::FuncOp>())
      if (!func.isExternal() && failed(plan(func)))
        return signalPassFailure();
  }

  LogicalResult plan(func::FuncOp func) {
    if (failed(verifyLaunches(func)))
      return failure();
    FailureOr<llvm::DenseMap<Value, int64_t>> results = resultStorage(func);
    if (failed(results))
      return failure();
    SmallVector<LaunchOp> launches = launchesOf(func);
    SmallVector<Lifetime> lifetimes = lifetimesOf(func, launches);
    int64_t arena = assignOffsets(lifetimes);
    llvm::DenseMap<Value, int64_t> offsets;
    for (const Lifetime &lifetime : lifetimes)
      offsets[lifetime.value] = lifetime.offset;
    for (LaunchOp launch : launches)
      launch.setOffsets(llvm::map_to_vector(launch.getOutputs(), [&](Value output) {
        auto stored = results->find(output);
        return stored == results->end() ? offsets.lookup(output) : -1 - stored->second;
      }));
    func->setAttr(kArenaBytesAttr, Builder(func.getContext()).getI64IntegerAttr(arena));
    arenaBytes += arena;
    if (reported)
      report(func, launches, lifetimes, arena);
    return success();
  }
};
} // namespace
