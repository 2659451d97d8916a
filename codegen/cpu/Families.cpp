// The table of kernel families of the CPU target.
#include "codegen/cpu/Families.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace dsa::cpu {

Emitter emitterFor(Operation *anchor) {
  if (!anchor)
    return emitPointwise;
  static const llvm::StringMap<Emitter> emitters = {};
  return emitters.lookup(anchor->getName().getStringRef());
}

} // namespace dsa::cpu
