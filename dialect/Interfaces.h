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

/// The FLOPs of one kernel of `ops`; no bytes. An indexer's scores that only ops of the kernel read
/// are made for the pairs that these look at, and their gradients too.
Cost workOf(llvm::ArrayRef<mlir::Operation *> ops);

/// The bytes that `use` reads of its tensor: the rows that an embedding looks up, else all.
int64_t bytesRead(mlir::OpOperand &use);

} // namespace dsa

#include "dialect/Interfaces.h.inc"
