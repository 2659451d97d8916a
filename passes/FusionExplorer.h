// Alternative plans of one function, with what each would cost on a machine.
#pragma once

#include "dialect/Interfaces.h"
#include "passes/Machine.h"
#include "passes/PlanOptions.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// One launch of a plan.
struct PlannedLaunch {
  std::string kernel, family;
  std::vector<std::string> ops; ///< of the kernel, without views, in program order
  std::vector<unsigned> reads;  ///< numbers of the launches whose results it reads
  bool hasPrologue = false;
  Cost cost;
  double seconds = 0;     ///< predicted
  int64_t aliveBytes = 0; ///< of the arena, while it runs
};

/// One way to run a function.
struct FusionPlan {
  std::string name; ///< "chosen", "unfused", "without linear", ...
  PlanOptions options;
  std::vector<PlannedLaunch> launches;
  int64_t kernels = 0;    ///< distinct ones
  Cost cost;              ///< sum over the launches
  int64_t arenaBytes = 0; ///< most bytes of intermediate values at once, as planned
  double seconds = 0;     ///< predicted
  double measured = 0;    ///< seconds; 0: not measured
};

/// The plan of function `entry` of `module` that `options` lead to, judged for `machine`. Fails
/// with the errors of the passes.
llvm::FailureOr<FusionPlan> planFunction(mlir::ModuleOp module, llvm::StringRef entry,
                                         llvm::StringRef name, const PlanOptions &options,
                                         const Machine &machine);

/// What the compiler chooses, first, and its alternatives: nothing fused, epilogues only, folds
/// only, each family left out that took part, and both forms of latent attention where the ops
/// leave it open.
llvm::FailureOr<std::vector<FusionPlan>> explorePlans(mlir::ModuleOp module, llvm::StringRef entry,
                                                      const Machine &machine);

/// A table, one plan a row: kernels, launches, FLOPs, bytes moved, arena, predicted time and, where
/// there is one, the measured time.
void printPlans(llvm::raw_ostream &os, llvm::ArrayRef<FusionPlan> plans);

/// One offline page that draws two of the plans beside each other: launches in order, their ops,
/// predicted times and data flow; kernels that only one of the two has stand out.
void writeFusionPage(llvm::raw_ostream &os, llvm::ArrayRef<FusionPlan> plans,
                     llvm::StringRef function, llvm::StringRef machine);

} // namespace dsa
