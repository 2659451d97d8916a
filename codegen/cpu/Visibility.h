// Where a query stands in its sequence, and which of the keys named to it it may see.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Position of query t: query_offset + t; a null offset is 0.
mlir::Value positionOf(KernelBuilder &b, mlir::Value offset, mlir::Value t);

/// The operands and the attribute that say what a query sees; null where an op has none.
struct Visibility {
  mlir::Value offset, querySegments, keySegments;
  bool causal = false;
};

/// Whether query `t` sees the selected key `chosen` (i32; padding is negative).
mlir::Value isVisible(KernelBuilder &b, const Visibility &rules, mlir::Value batch, mlir::Value t,
                      mlir::Value chosen);

} // namespace dsa::cpu
