// What the op interfaces exchange: the cost of one execution and the facts of the causality proof.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace dsa {

class TokenFlow;

/// Work of one execution. FLOPs count a fused multiply-add as two.
struct Cost {
  int64_t matrixFlops = 0; ///< inside products
  int64_t vectorFlops = 0; ///< element-wise and reductions
  int64_t readBytes = 0;   ///< compulsory: every operand once
  int64_t writeBytes = 0;  ///< compulsory: every result once

  Cost &operator+=(const Cost &other);
  int64_t flops() const { return matrixFlops + vectorFlops; }
};

/// The bytes of one value of the statically shaped tensor type `type`.
int64_t bytesOf(mlir::Type type);

/// The compulsory bytes of `op` (every operand read once, every result written once) with the given
/// FLOPs.
Cost costOf(mlir::Operation *op, int64_t matrixFlops, int64_t vectorFlops);

} // namespace dsa

#include "dialect/Interfaces.h.inc"
