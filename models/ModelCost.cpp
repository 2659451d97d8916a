// Figures of a network, counted on its training step.
#include "models/ModelCost.h"

#include "dialect/Dialect.h"
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

int64_t dsa::countParameters(MLIRContext &context, const ModelConfig &config) {
  OwningOpRef<ModuleOp> module = buildModel(context, config, {.evaluate = false});
  return countElements(module->lookupSymbol<func::FuncOp>(kStepEntry), "parameter");
}

/// Bytes of the arguments of `func` that have the given role.
static int64_t countBytes(func::FuncOp func, StringRef role) {
  int64_t bytes = 0;
  for (unsigned number = 0; number < func.getNumArguments(); ++number) {
    auto type = cast<RankedTensorType>(func.getArgumentTypes()[number]);
    if (func.getArgAttrOfType<StringAttr>(number, kRoleAttr) == role)
      bytes += type.getNumElements() * ((type.getElementTypeBitWidth() + 7) / 8);
  }
  return bytes;
}

llvm::Expected<ModelCost> dsa::costOfModel(MLIRContext &context, const ModelConfig &config,
                                           bool acknowledgeLeak, StringRef entry) {
  llvm::Expected<BuildOptions> options = onlyFunction(config, entry);
  if (!options)
    return options.takeError();
  options->acknowledgeLeak = acknowledgeLeak;
  OwningOpRef<ModuleOp> module = buildModel(context, config, *options);
  if (llvm::Error error = planGraph(*module))
    return std::move(error);
  auto step = module->lookupSymbol<func::FuncOp>(entry);
  int64_t flops = 0;
  step.walk([&](CostOpInterface op) { flops += op.getCost().flops(); });
  auto arena = step->getAttrOfType<IntegerAttr>("dsa.arena_bytes");
  ModelCost cost;
  cost.parameters = countElements(step, "parameter");
  cost.flopsPerToken = flops / (config.batch * config.length);
  cost.plannedBytes =
      countBytes(step, "parameter") + countBytes(step, "state") + (arena ? arena.getInt() : 0);
  return cost;
}

llvm::json::Value dsa::toJson(const ModelCost &cost) {
  return llvm::json::Object{{"parameters", cost.parameters},
                            {"flops_per_token", cost.flopsPerToken},
                            {"planned_bytes", cost.plannedBytes}};
}
