// The attention of all heads together, as an index loss imitates it, for one block of queries.
#pragma once

#include "codegen/cpu/AttentionFrame.h"

namespace dsa::cpu {

/// Emits sum_h exp(scale q[t, h, :] . k[s, :] - lse[h, t]) for kQueryBlock queries and every key
/// that causality lets one of them see. What a pair gets does not depend on the block.
struct SummedAttention {
  KernelBuilder &b;
  AttentionFrame frame;
  mlir::Value lse;
  View queries = {}, transposed = {}, shift = {}, weights = {}, turned = {};

  /// Of an `index_kl`, or of its gradient where that has the attention.
  template <typename Op>
  SummedAttention(KernelBuilder &b, Op op, double scale)
      : b(b), frame(b, operandsOf(op.getQuery(), op.getKeys(), op.getIndices(), op.getQueryOffset(),
                                  op.getCausal(), scale)),
        lse(op.getLse()) {}

  /// Scratch of one block, in the phase that is being emitted.
  void allocate();
  /// Leaves the sums of queries [first, first + kQueryBlock) in `turned`, those of query number i
  /// of the block in row i.
  void sum(mlir::Value batch, mlir::Value first);
  /// Query heads that share one key head.
  int64_t groupSize() const { return frame.op().heads / frame.op().keyHeads; }

private:
  static AttentionOperands operandsOf(mlir::Value query, mlir::Value keys, mlir::Value indices,
                                      mlir::Value offset, bool causal, double scale);
  int64_t weightRows() const;
  void addHead(mlir::Value batch, mlir::Value head, mlir::Value first, mlir::Value limit);
  void turnWeights();
};

} // namespace dsa::cpu
