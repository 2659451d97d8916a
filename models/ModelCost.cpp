// Figures of a network, counted on its training step.
#include "models/ModelCost.h"

#include "frontend/Session.h"
#include "models/Transformer.h"

using namespace mlir;
using namespace dsa;

/// Elements of the arguments of `func` that have the given role.
static int64_t countElements(func::FuncOp func, StringRef role) {
  int64_t count = 0;
  for (unsigned number = 0; number < func.getNumArguments(); ++number)
    if (func.getArgAttrOfType<StringAttr>(number, kRoleAttr) == role)
      count += cast<RankedTensorType>(func.getArgumentTypes()[number]).getNumElements();
  return count;
}

static int64_t countParameters(ModuleOp module) {
  return countElements(module.lookupSymbol<func::FuncOp>(kStepEntry), "parameter");
}

int64_t dsa::countParameters(MLIRContext &context, const ModelConfig &config) {
  return ::countParameters(*buildModel(context, config, {.evaluate = false}));
}

llvm::Expected<ModelCost> dsa::costOfModel(MLIRContext &context, const ModelConfig &config,
                                           bool acknowledgeLeak) {
  BuildOptions options;
  options.evaluate = false;
  options.acknowledgeLeak = acknowledgeLeak;
  OwningOpRef<ModuleOp> module = buildModel(context, config, options);
  ModelCost cost;
  cost.parameters = ::countParameters(*module);
  return cost;
}

llvm::json::Value dsa::toJson(const ModelCost &cost) {
  return llvm::json::Object{{"parameters", cost.parameters},
                            {"flops_per_token", cost.flopsPerToken},
                            {"planned_bytes", cost.plannedBytes}};
}
