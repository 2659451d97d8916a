// The table of kernel families of the CPU target.
#include "codegen/cpu/Families.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace dsa::cpu {

Emitter emitterFor(Operation *anchor) {
  if (!anchor)
    return emitPointwise;
  static const llvm::StringMap<Emitter> emitters = {
      {LinearOp::getOperationName(), emitLinear},
      {LinearGradInputOp::getOperationName(), emitLinearGradInput},
      {LinearGradWeightOp::getOperationName(), emitLinearGradWeight},
      {GroupedLinearOp::getOperationName(), emitGroupedLinear},
      {GroupedLinearGradInputOp::getOperationName(), emitGroupedLinearGradInput},
      {GroupedLinearGradWeightOp::getOperationName(), emitGroupedLinearGradWeight},
  };
  return emitters.lookup(anchor->getName().getStringRef());
}

} // namespace dsa::cpu
