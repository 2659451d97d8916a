// Computes values a second time where keeping them would need more memory than allowed.
#include "dialect/Dialect.h"
#include "passes/Liveness.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dsa {
#define GEN_PASS_DEF_RECOMPUTEVALUES
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {
/// A value that may be computed again: the launch that makes it, repeated before its first reader
/// behind the peak.
struct Repeat {
  OpResult value;
  LaunchOp before;
};

/// Brings one function below a limit, value by value.
class Recomputation {
public:
  Recomputation(func::FuncOp func, int64_t limit) : func(func), limit(limit), target(limit) {}
  /// Fails with an error when nothing more helps.
  LogicalResult run();
  unsigned repeated = 0;

private:
  int64_t arena();
  int64_t excess();
  std::optional<Repeat> best();
  SmallVector<Repeat> repeats();
  bool canRepeat(LaunchOp launch, LaunchOp before);
  LaunchOp take(const Repeat &repeat);
  void undo(const Repeat &repeat, LaunchOp again);

  func::FuncOp func;
  int64_t limit, target;
};
} // namespace

int64_t Recomputation::arena() {
  SmallVector<Lifetime> lifetimes = lifetimesOf(func, launchesOf(func));
  return assignOffsets(lifetimes);
}

/// The bytes above the target, summed over the launches.
int64_t Recomputation::excess() {
  SmallVector<LaunchOp> launches = launchesOf(func);
  int64_t sum = 0;
  for (int64_t alive : bytesAlive(lifetimesOf(func, launches), launches.size()))
    sum += std::max<int64_t>(alive - target, 0);
  return sum;
}

/// Whether every argument that `launch` reads still holds its value in front of `before`.
bool Recomputation::canRepeat(LaunchOp launch, LaunchOp before) {
  Operation *end = func.getBody().front().getTerminator();
  for (auto [number, result] : llvm::enumerate(end->getOperands())) {
    Value updated = updatedArgument(func, number);
    Operation *updater = result.getDefiningOp();
    if (updated && updater && llvm::is_contained(launch.getInputs(), updated) &&
        updater->isBeforeInBlock(before))
      return false;
  }
  return true;
}

/// Every value that is alive, and not read, during the launch with the most bytes alive.
SmallVector<Repeat> Recomputation::repeats() {
  SmallVector<LaunchOp> launches = launchesOf(func);
  SmallVector<Lifetime> lifetimes = lifetimesOf(func, launches);
  SmallVector<int64_t> alive = bytesAlive(lifetimes, launches.size());
  int64_t peak = llvm::max_element(alive) - alive.begin();
  SmallVector<Repeat> found;
  for (const Lifetime &lifetime : lifetimes) {
    if (lifetime.first >= peak || lifetime.last <= peak ||
        llvm::is_contained(launches[peak].getInputs(), lifetime.value))
      continue;
    LaunchOp first = launches[lifetime.last];
    for (Operation *user : lifetime.value.getUsers())
      if (launches[peak]->isBeforeInBlock(user) && user->isBeforeInBlock(first))
        first = cast<LaunchOp>(user);
    if (canRepeat(launches[lifetime.first], first))
      found.push_back({lifetime.value, first});
  }
  return found;
}

/// Repeats the launch and gives its value to the readers from there on.
LaunchOp Recomputation::take(const Repeat &repeat) {
  auto launch = cast<LaunchOp>(repeat.value.getOwner());
  OpBuilder builder(repeat.before);
  auto again = cast<LaunchOp>(builder.clone(*launch));
  Value value = repeat.value;
  value.replaceUsesWithIf(again->getResult(repeat.value.getResultNumber()),
                          [&](OpOperand &use) { return again->isBeforeInBlock(use.getOwner()); });
  return again;
}

void Recomputation::undo(const Repeat &repeat, LaunchOp again) {
  again->getResult(repeat.value.getResultNumber()).replaceAllUsesWith(repeat.value);
  again.erase();
}

/// What spares the most excess for the least arithmetic, among equals the first; nothing if nothing
/// does.
std::optional<Repeat> Recomputation::best() {
  std::optional<Repeat> found;
  double foundRate = 0;
  int64_t now = excess();
  for (const Repeat &repeat : repeats()) {
    LaunchOp again = take(repeat);
    int64_t spared = now - excess();
    double rate = static_cast<double>(spared) / static_cast<double>(again.getCost().flops() + 1);
    undo(repeat, again);
    if (rate > foundRate) {
      foundRate = rate;
      found = repeat;
    }
  }
  return found;
}

LogicalResult Recomputation::run() {
  for (int64_t bytes = arena(); bytes > limit; bytes = arena()) {
    // What lives at once may fit where its places do not: then less must live at once.
    if (excess() == 0)
      target = std::min(target - 1, target * limit / bytes);
    std::optional<Repeat> repeat = best();
    if (!repeat)
      return func.emitError("expected intermediate values of at most ")
             << limit << " bytes at once, got " << bytes << ", which no repeated launch lowers";
    take(*repeat);
    ++repeated;
  }
  return success();
}

namespace {
struct RecomputeValues : dsa::impl::RecomputeValuesBase<RecomputeValues> {
  using RecomputeValuesBase::RecomputeValuesBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || memoryLimit <= 0)
      return;
    Recomputation recomputation(func, memoryLimit);
    if (failed(verifyLaunches(func)) || failed(recomputation.run()))
      return signalPassFailure();
    repeated += recomputation.repeated;
  }
};
} // namespace
