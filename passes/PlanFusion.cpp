// Chooses which ops share a kernel, by predicted time, and says why.
#include "passes/CostModel.h"
#include "passes/Passes.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/Support/FormatVariadic.h"

#include <functional>

namespace dsa {
#define GEN_PASS_DEF_PLANFUSION
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

namespace {
/// A plan under way.
struct Plan {
  ConvexGroups groups;
  double seconds = 0; ///< against the plan in which every op is a kernel
  llvm::BitVector taken;
};

/// What a step changes.
struct Gain {
  int64_t bytes = 0, flops = 0; ///< spared
  double seconds = 0;           ///< spared
};

/// A beam search over the steps in program order.
class PlanSearch {
public:
  PlanSearch(const FusionGraph &graph, const Machine &machine,
             std::function<bool(StringRef family, bool isPrologue)> mayFuse)
      : graph(graph), machine(machine), mayFuse(std::move(mayFuse)) {
    for (Operation *op : graph.ops())
      llvm::append_range(moves, graph.movesOf(op));
  }

  /// The best of `beam` plans, after at most `budget` tried steps with alternatives.
  Plan run(unsigned beam, unsigned budget);
  /// A remark at the reader of every step: what it spares, or why it was not taken.
  void explain(const Plan &plan) const;

  llvm::ArrayRef<FusionMove> steps() const { return moves; }
  unsigned tried = 0;

private:
  StringRef apply(const FusionMove &move, ConvexGroups &groups) const;
  Gain gainOf(const FusionMove &move, const ConvexGroups &before, const ConvexGroups &after) const;
  bool isContested(unsigned number) const;

  const FusionGraph &graph;
  const Machine &machine;
  std::function<bool(StringRef, bool)> mayFuse;
  SmallVector<FusionMove> moves;
};
} // namespace

/// The family of the kernel that grows by `move`.
static StringRef growing(const FusionMove &move, const ConvexGroups &groups) {
  Operation *anchor =
      isPointwise(move.reader) ? anchorOf(groups.opsOf(groups.groupOf(move.source))) : move.reader;
  return familyOf(anchor)->name;
}

StringRef PlanSearch::apply(const FusionMove &move, ConvexGroups &groups) const {
  if (!mayFuse(growing(move, groups), prologueOf(move.reader)))
    return "this plan leaves it out";
  return graph.apply(move, groups);
}

Gain PlanSearch::gainOf(const FusionMove &move, const ConvexGroups &before,
                        const ConvexGroups &after) const {
  Gain gain;
  auto add = [&](const ConvexGroups &groups, unsigned group, int sign) {
    Cost cost = costOfGroup(graph, groups, group);
    gain.bytes += sign * (cost.readBytes + cost.writeBytes);
    gain.flops += sign * cost.flops();
    gain.seconds += sign * predictSeconds(machine, *familyOf(anchorOf(groups.opsOf(group))), cost);
  };
  llvm::SmallDenseSet<unsigned> parts = {before.groupOf(move.reader)};
  for (Operation *op : move.taken)
    parts.insert(before.groupOf(op));
  for (unsigned part : parts)
    add(before, part, 1);
  add(after, after.groupOf(move.reader), -1);
  return gain;
}

/// Whether taking step `number` may stand in the way of another: a fold closes the kernels that it
/// takes, and an element-wise op with several producers joins one of them only.
bool PlanSearch::isContested(unsigned number) const {
  Operation *reader = moves[number].reader;
  auto isSame = [&](unsigned other) {
    return other < moves.size() && moves[other].reader == reader;
  };
  return !isPointwise(reader) || isSame(number - 1) || isSame(number + 1);
}

/// The first `beam` of `plans` by time; among equals the one that took a step comes before the one
/// that did not.
static SmallVector<Plan> fastest(SmallVector<Plan> plans, unsigned beam) {
  SmallVector<std::pair<double, unsigned>> order;
  for (auto [number, plan] : llvm::enumerate(plans))
    order.push_back({plan.seconds, number});
  llvm::sort(order);
  order.truncate(std::min<size_t>(order.size(), beam));
  return llvm::map_to_vector(order, [&](auto entry) { return std::move(plans[entry.second]); });
}

Plan PlanSearch::run(unsigned beam, unsigned budget) {
  SmallVector<Plan> plans = {{graph.apart(), 0, llvm::BitVector(moves.size())}};
  for (unsigned number = 0; number < moves.size(); ++number) {
    SmallVector<Plan> next;
    for (Plan &plan : plans) {
      Plan longer = plan;
      if (!apply(moves[number], longer.groups).empty()) {
        next.push_back(std::move(plan));
        continue;
      }
      double gain = gainOf(moves[number], plan.groups, longer.groups).seconds;
      longer.seconds -= gain;
      longer.taken.set(number);
      bool branches = isContested(number) && tried < budget;
      tried += branches;
      if (gain >= 0 || branches)
        next.push_back(std::move(longer));
      if (gain < 0 || branches)
        next.push_back(std::move(plan));
    }
    plans = fastest(std::move(next), beam);
  }
  return std::move(plans.front());
}

void PlanSearch::explain(const Plan &plan) const {
  ConvexGroups groups = graph.apart();
  for (auto [number, move] : llvm::enumerate(moves)) {
    ConvexGroups after = groups;
    StringRef reason = apply(move, after);
    if (groups.groupOf(move.reader) == groups.groupOf(move.source))
      continue;
    Gain gain = reason.empty() ? gainOf(move, groups, after) : Gain();
    std::string sum = llvm::formatv("{0} bytes and {1:f1} us less", gain.bytes, gain.seconds * 1e6);
    if (plan.taken.test(number))
      move.reader->emitRemark() << "fused with " << move.source->getName() << ": " << sum;
    else if (!reason.empty())
      move.reader->emitRemark() << "not fused with " << move.source->getName() << ": " << reason;
    else
      move.reader->emitRemark() << "not fused with " << move.source->getName() << ": " << sum
                                << ", but the plan without it is faster";
    if (plan.taken.test(number))
      groups = std::move(after);
  }
}

namespace {
struct PlanFusion : dsa::impl::PlanFusionBase<PlanFusion> {
  using PlanFusionBase::PlanFusionBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    auto isPlanned = [](Operation &op) { return op.hasAttr(kFusedAttr); };
    if (func.isExternal() || isOutlined(func) || llvm::any_of(func.getOps(), isPlanned))
      return;
    const Machine *judge = findMachine(machine);
    if (!judge) {
      func.emitError("expected machine to be ") << machineNames() << ", got '" << machine << "'";
      return signalPassFailure();
    }
    for (const std::string &name : llvm::concat<const std::string>(only, without))
      if (llvm::none_of(kernelFamilies(), [&](auto &family) { return family.name == name; })) {
        func.emitError("expected the name of a kernel family, got '") << name << "'";
        return signalPassFailure();
      }
    FailureOr<FusionGraph> graph = FusionGraph::of(func);
    if (failed(graph))
      return signalPassFailure();
    PlanSearch search(*graph, *judge, [&](StringRef family, bool isPrologue) {
      return (prologues || !isPrologue) &&
             (only.empty() || llvm::is_contained(only, family.str())) &&
             !llvm::is_contained(without, family.str());
    });
    Plan plan = search.run(std::max(1u, beam.getValue()), budget);
    if (explain)
      search.explain(plan);
    mark(*graph, plan.groups);
    tried += search.tried;
    for (unsigned number : plan.taken.set_bits()) {
      const FusionMove &move = search.steps()[number];
      isPointwise(move.reader) ? ++fused : produced += move.taken.size();
    }
  }

  /// Writes the plan into the function: the ops of one group get one number, counted from 0.
  void mark(const FusionGraph &graph, const ConvexGroups &groups) {
    llvm::DenseMap<unsigned, int64_t> numbers;
    for (Operation *op : graph.ops()) {
      unsigned group = groups.groupOf(op);
      if (groups.opsOf(group).size() == 1)
        continue;
      int64_t number = numbers.insert({group, static_cast<int64_t>(numbers.size())}).first->second;
      op->setAttr(kFusedAttr, Builder(&getContext()).getI64IntegerAttr(number));
    }
  }
};
} // namespace
