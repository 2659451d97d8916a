// Plans a function in several ways and adds up what each would cost.
#include "passes/FusionExplorer.h"
#include "dialect/Dialect.h"
#include "passes/CostModel.h"
#include "passes/Liveness.h"
#include "passes/Pipeline.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dsa;

/// A copy of `module` without the functions beside `entry`; an error if there is no such function.
static FailureOr<OwningOpRef<ModuleOp>> isolate(ModuleOp module, StringRef entry) {
  if (!module.lookupSymbol<func::FuncOp>(entry))
    return module.emitError("expected a function '") << entry << "' in the module, got none";
  OwningOpRef<ModuleOp> copy(module.clone());
  for (auto function : llvm::to_vector(copy->getOps<func::FuncOp>()))
    if (function.getName() != entry)
      function.erase();
  return std::move(copy);
}

static PlannedLaunch describe(LaunchOp launch, const Machine &machine) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(launch, launch.getKernelAttr());
  PlannedLaunch planned;
  planned.kernel = launch.getKernel().str();
  planned.cost = launch.getCost();
  const KernelFamily *family = familyOf(anchorOf(kernel));
  planned.hasPrologue = !prologueOps(kernel).empty();
  planned.cost.vectorFlops += repeatedFlops(
      llvm::map_to_vector(kernel.getBody().front(), [](Operation &op) { return &op; }));
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (!isView(&op))
      planned.ops.push_back(op.getName().stripDialect().str());
  // A kernel of nothing copies a constant or an argument.
  static const KernelFamily copy{"copy", "copy", {}, true};
  planned.family = (family ? family : &copy)->name.str();
  planned.seconds = predictSeconds(machine, family ? *family : copy, planned.cost);
  return planned;
}

FailureOr<FusionPlan> dsa::planFunction(ModuleOp module, StringRef entry, StringRef name,
                                        const PlanOptions &options, const Machine &machine) {
  FailureOr<OwningOpRef<ModuleOp>> copy = isolate(module, entry);
  if (failed(copy))
    return failure();
  PassManager passes(module.getContext());
  buildGraphPipeline(passes, options);
  if (failed(passes.run(**copy)))
    return failure();
  auto function = (*copy)->lookupSymbol<func::FuncOp>(entry);
  FusionPlan plan{name.str(), options, {}, 0, {}, 0, 0, 0};
  SmallVector<LaunchOp> launches = launchesOf(function);
  SmallVector<int64_t> alive = bytesAlive(lifetimesOf(function, launches), launches.size());
  llvm::DenseMap<Operation *, unsigned> numbers;
  llvm::SmallDenseSet<StringRef> kernels;
  for (auto [number, launch] : llvm::enumerate(launches)) {
    numbers[launch] = number;
    kernels.insert(launch.getKernel());
    PlannedLaunch planned = describe(launch, machine);
    planned.aliveBytes = alive[number];
    for (Value input : launch.getInputs())
      if (auto known = numbers.find(input.getDefiningOp()); known != numbers.end())
        planned.reads.push_back(known->second);
    plan.cost += planned.cost;
    plan.seconds += planned.seconds;
    plan.launches.push_back(std::move(planned));
  }
  plan.kernels = static_cast<int64_t>(kernels.size());
  plan.arenaBytes = function->getAttrOfType<IntegerAttr>(kArenaBytesAttr).getInt();
  return plan;
}

/// The alternatives of `chosen`, by name.
static std::vector<std::pair<std::string, PlanOptions>>
alternatives(ModuleOp module, StringRef entry, const FusionPlan &chosen) {
  std::vector<std::pair<std::string, PlanOptions>> choices;
  auto add = [&](const Twine &name) -> PlanOptions & {
    return choices.emplace_back(name.str(), PlanOptions()).second;
  };
  add("unfused").fuse = false;
  add("epilogues only") = PlanOptions::epiloguesOnly();
  add("folds only") = PlanOptions::foldsOnly();
  llvm::SmallSetVector<StringRef, 8> grown;
  for (const PlannedLaunch &launch : chosen.launches)
    if (launch.ops.size() > 1)
      grown.insert(launch.family);
  for (StringRef family : grown)
    add("without " + family).without = {family.str()};
  if (llvm::any_of(chosen.launches, [](const PlannedLaunch &launch) { return launch.hasPrologue; }))
    add("without prologues").prologues = false;
  bool isOpen = false;
  module.lookupSymbol<func::FuncOp>(entry).walk(
      [&](LatentAttentionOp op) { isOpen |= !op.getForm(); });
  if (isOpen) {
    add("expanded").form = LatentForm::Expanded;
    add("absorbed").form = LatentForm::Absorbed;
  }
  return choices;
}

FailureOr<std::vector<FusionPlan>> dsa::explorePlans(ModuleOp module, StringRef entry,
                                                     const Machine &machine) {
  FailureOr<FusionPlan> chosen = planFunction(module, entry, "chosen", {}, machine);
  if (failed(chosen))
    return failure();
  std::vector<FusionPlan> plans = {std::move(*chosen)};
  for (const auto &[name, options] : alternatives(module, entry, plans.front())) {
    FailureOr<FusionPlan> plan = planFunction(module, entry, name, options, machine);
    if (failed(plan))
      return failure();
    plans.push_back(std::move(*plan));
  }
  return plans;
}

void dsa::printPlans(llvm::raw_ostream &os, ArrayRef<FusionPlan> plans) {
  bool isMeasured = llvm::any_of(plans, [](const FusionPlan &plan) { return plan.measured > 0; });
  os << llvm::formatv("{0,-28} {1,7} {2,8} {3,10} {4,9} {5,9} {6,12}{7}\n", "plan", "kernels",
                      "launches", "GFLOP", "MB moved", "MB arena", "predicted ms",
                      isMeasured ? "  measured ms" : "");
  for (const FusionPlan &plan : plans) {
    os << llvm::formatv("{0,-28} {1,7} {2,8} {3,10:f3} {4,9:f1} {5,9:f1} {6,12:f3}", plan.name,
                        plan.kernels, plan.launches.size(),
                        1e-9 * static_cast<double>(plan.cost.flops()),
                        1e-6 * static_cast<double>(plan.cost.readBytes + plan.cost.writeBytes),
                        1e-6 * static_cast<double>(plan.arenaBytes), 1e3 * plan.seconds);
    if (isMeasured)
      os << llvm::formatv(" {0,12:f3}", 1e3 * plan.measured);
    os << '\n';
  }
}
