// Rows of keys and values of single heads, as gathers read them and add to them.
#pragma once

#include "codegen/cpu/AttentionFrame.h"

namespace dsa::cpu {

/// What a gradient op adds to the operands.
struct AttentionGrads {
  mlir::Value grad, output, lse, queryGrad, keysGrad, valuesGrad;
};

/// Keys and values as gathers read them, and what a backward pass adds to them: the rows of one
/// head in one piece, those of keys and values side by side, so that they stay in L2 while its
/// queries pass. Of one head keys and values are read where they are. Views are [B, L, H, D].
class HeadRows {
public:
  HeadRows(KernelBuilder &b, const AttentionOperands &op) : b(b), op(op) {}

  View keys() { return isCopied() ? inPieces(4, 1, false) : b.view(op.keys); }
  View values() { return isCopied() ? inPieces(4, 1, true) : b.view(op.values); }
  /// The phases that copy keys and values to their pieces.
  void gather();

  /// Parts of the queries that sum up gradients of their own, so that there is work for several
  /// threads where there are few heads. Part p takes kQueries queries of every `gradParts()` times
  /// as many, and adds to batch gradBatch(batch, p) of the gradients.
  int64_t gradParts() const;
  mlir::Value gradBatch(mlir::Value batch, mlir::Value part);
  View keysGrad() { return inPieces(5, gradParts(), false); }
  View valuesGrad() { return inPieces(5, gradParts(), true); }
  void clearGrads(mlir::Value gradBatch, mlir::Value keyHead);
  /// The phases that sum the parts up.
  void scatter(const AttentionGrads &grads);

private:
  bool isCopied() const { return op.keyHeads > 1; }
  View inPieces(unsigned slot, int64_t parts, bool ofValues);
  void sumParts(mlir::Value grad, unsigned slot, bool ofValues);
  KernelBuilder &b;
  const AttentionOperands &op;
};

/// Keys whose rows stay in L2 together, with as much again where a backward pass adds to gradients.
int64_t keysAtOnce(const AttentionOperands &op, bool isBackward);

} // namespace dsa::cpu
