// Attention that reads only the selected rows, query by query: the form for selections much smaller
// than the past.
#pragma once

#include "codegen/cpu/AttentionFrame.h"

namespace dsa::cpu {

/// Whether gathering beats masked tiles: a gathered pair costs about as much as four pairs of a
/// dense tile, so the keys that a query sees on average must be more than four times those it
/// selects.
bool prefersGather(const AttentionOperands &op);

/// Forward: `result` [B, Lq, H, Dv] and `lse` [B, H, Lq].
void emitGatheredAttention(KernelBuilder &b, const AttentionOperands &op, mlir::Value result,
                           mlir::Value lse);

/// What a gradient op adds to the operands.
struct AttentionGrads {
  mlir::Value grad, output, lse, queryGrad, keysGrad, valuesGrad;
};

/// Backward: rows of dK and dV are added to in the order of the queries, one key head an item.
void emitGatheredAttentionGrad(KernelBuilder &b, const AttentionOperands &op,
                               const AttentionGrads &grads);

} // namespace dsa::cpu
