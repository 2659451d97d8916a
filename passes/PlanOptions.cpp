// Plans by the families that take part.
#include "passes/PlanOptions.h"
#include "passes/KernelFamilies.h"

#include "llvm/ADT/SetVector.h"

using namespace dsa;

bool PlanOptions::mayGrow(llvm::StringRef family) const {
  return fuse && (only.empty() || llvm::is_contained(only, family.str())) &&
         !llvm::is_contained(without, family.str());
}

/// The plan in which the families that satisfy `holds` may grow.
static PlanOptions onlyThose(llvm::function_ref<bool(const KernelFamily &)> holds) {
  llvm::SmallSetVector<llvm::StringRef, 16> names;
  for (const KernelFamily &family : kernelFamilies())
    if (holds(family))
      names.insert(family.name);
  PlanOptions options;
  options.only.assign(names.begin(), names.end());
  return options;
}

PlanOptions PlanOptions::epiloguesOnly() {
  PlanOptions options =
      onlyThose([](const KernelFamily &family) { return !family.epilogue.empty(); });
  options.prologues = false;
  return options;
}

PlanOptions PlanOptions::foldsOnly() {
  return onlyThose([](const KernelFamily &family) { return !family.producers.empty(); });
}
