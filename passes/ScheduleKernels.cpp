// Orders launches so that few bytes are alive at once and arguments are read before they are
// updated.
#include "dialect/Dialect.h"
#include "passes/Liveness.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <boost/graph/adjacency_list.hpp>

#include <set>

namespace dsa {
#define GEN_PASS_DEF_SCHEDULEKERNELS
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

/// The launches of one function and what must come before what.
class Schedule {
public:
  explicit Schedule(func::FuncOp func);
  /// The order in which always the ready launch of the least `cost` comes next, ties in program
  /// order. Empty on a cycle.
  SmallVector<LaunchOp> order(llvm::function_ref<int64_t(unsigned launch)> cost);
  /// The bytes that launch `number` would add to the arena if it ran now: what it writes less what
  /// it reads last.
  int64_t growth(unsigned number) const;
  int64_t peak(ArrayRef<LaunchOp> order) const;
  /// An error at the launch that updates an argument which a later launch still has to read.
  LogicalResult explainCycle(const llvm::DenseSet<Operation *> &scheduled);

private:
  void start(unsigned number);

  func::FuncOp func;
  SmallVector<LaunchOp> launches;
  Graph before;
  llvm::DenseMap<Value, int64_t> bytes;    // of values in the arena
  llvm::DenseMap<Value, unsigned> readers; // launches that have yet to read it
};
} // namespace

Schedule::Schedule(func::FuncOp func)
    : func(func), launches(launchesOf(func)), before(launches.size()) {
  llvm::DenseMap<Operation *, unsigned> number;
  for (auto [position, launch] : llvm::enumerate(launches)) {
    number[launch] = position;
    for (Value input : launch.getInputs())
      if (auto source = input.getDefiningOp<LaunchOp>())
        boost::add_edge(number.lookup(source), position, before);
  }
  // Whoever reads an argument runs before the launch that overwrites it.
  for (auto [position, result] :
       llvm::enumerate(func.getBody().front().getTerminator()->getOperands())) {
    Value argument = updatedArgument(func, position);
    auto updater = result.getDefiningOp<LaunchOp>();
    if (!argument || !updater)
      continue;
    for (Operation *reader : argument.getUsers())
      if (isa<LaunchOp>(reader) && reader != updater)
        boost::add_edge(number.lookup(reader), number.lookup(updater), before);
  }
  for (const Lifetime &lifetime : lifetimesOf(func, launches))
    bytes[lifetime.value] = lifetime.bytes;
}

int64_t Schedule::growth(unsigned number) const {
  LaunchOp launch = launches[number];
  int64_t growth = 0;
  for (Value output : launch.getOutputs())
    growth += bytes.lookup(output);
  llvm::SmallDenseSet<Value> seen;
  for (Value input : launch.getInputs())
    if (seen.insert(input).second && readers.lookup(input) == 1)
      growth -= bytes.lookup(input);
  return growth;
}

void Schedule::start(unsigned number) {
  llvm::SmallDenseSet<Value> seen;
  for (Value input : launches[number].getInputs())
    if (seen.insert(input).second)
      --readers[input];
}

SmallVector<LaunchOp> Schedule::order(llvm::function_ref<int64_t(unsigned)> cost) {
  readers.clear();
  for (LaunchOp launch : launches) {
    llvm::SmallDenseSet<Value> inputs(llvm::from_range, launch.getInputs());
    for (Value input : inputs)
      ++readers[input];
  }
  std::set<unsigned> ready;
  SmallVector<unsigned> waiting;
  for (unsigned number = 0; number < launches.size(); ++number) {
    waiting.push_back(boost::in_degree(number, before));
    if (waiting.back() == 0)
      ready.insert(number);
  }
  SmallVector<LaunchOp> result;
  while (!ready.empty()) {
    unsigned best = *ready.begin();
    int64_t least = cost(best);
    for (unsigned number : llvm::drop_begin(ready))
      if (int64_t own = cost(number); own < least) {
        best = number;
        least = own;
      }
    ready.erase(best);
    start(best);
    result.push_back(launches[best]);
    for (auto next : llvm::make_range(boost::adjacent_vertices(best, before)))
      if (--waiting[next] == 0)
        ready.insert(next);
  }
  return result;
}

int64_t Schedule::peak(ArrayRef<LaunchOp> order) const {
  SmallVector<int64_t> alive = bytesAlive(lifetimesOf(func, order), order.size());
  return alive.empty() ? 0 : *llvm::max_element(alive);
}

LogicalResult Schedule::explainCycle(const llvm::DenseSet<Operation *> &scheduled) {
  for (auto [position, result] :
       llvm::enumerate(func.getBody().front().getTerminator()->getOperands())) {
    Value argument = updatedArgument(func, position);
    auto updater = result.getDefiningOp<LaunchOp>();
    if (!argument || !updater || scheduled.contains(updater))
      continue;
    for (Operation *reader : argument.getUsers())
      if (reader != updater && isa<LaunchOp>(reader) && !scheduled.contains(reader))
        return updater.emitOpError("expected argument #")
               << cast<BlockArgument>(argument).getArgNumber()
               << " to be read before it is updated in place, got @"
               << cast<LaunchOp>(reader).getKernel() << ", which needs the update";
  }
  return func.emitOpError("expected launches without cycles");
}

namespace {
struct ScheduleKernels : dsa::impl::ScheduleKernelsBase<ScheduleKernels> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (failed(verifyLaunches(func)))
      return signalPassFailure();
    Schedule schedule(func);
    SmallVector<LaunchOp> program = schedule.order([](unsigned) { return 0; });
    if (program.size() != launchesOf(func).size()) {
      (void)schedule.explainCycle(llvm::DenseSet<Operation *>(program.begin(), program.end()));
      return signalPassFailure();
    }
    SmallVector<LaunchOp> greedy = schedule.order(
        [&](unsigned launch) { return std::min<int64_t>(schedule.growth(launch), 0); });
    // Greed looks one launch ahead; where that goes wrong, the program's own order stays.
    bool better = schedule.peak(greedy) <= schedule.peak(program);
    Operation *end = func.getBody().front().getTerminator();
    for (LaunchOp launch : better ? greedy : program)
      launch->moveBefore(end);
    bytesSaved += better ? schedule.peak(program) - schedule.peak(greedy) : 0;
  }
};
} // namespace
