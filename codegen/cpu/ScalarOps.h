// The body of a dsa.map on vector registers.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// What the body of `map` yields for `inputs`, a vector of lanes() f32 elements each. No op calls a
/// library; sine and cosine lose their digits beyond 1e5 radians.
mlir::Value evaluateMap(KernelBuilder &b, MapOp map, llvm::ArrayRef<mlir::Value> inputs);

} // namespace dsa::cpu
