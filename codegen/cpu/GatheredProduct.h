// Products of single queries with selected rows of keys and values, each read where it lies: for
// the keys that few queries of a block share.
#pragma once

#include "codegen/cpu/KeyLists.h"

namespace dsa::cpu {

/// Whether to make lists of keys rather than mask tiles of all of them: a gathered pair costs about
/// as much as four pairs of a dense tile, so the keys that a query sees on average must be more
/// than four times those it selects.
bool prefersGather(const AttentionOperands &op);

/// What a gradient op adds to the operands.
struct AttentionGrads {
  mlir::Value grad, output, lse, queryGrad, keysGrad, valuesGrad;
};

/// Keys and values as gathers read them, and what a backward pass adds to them: the rows of one
/// head in one piece, so that they stay in L2 while its queries pass. Of one head they are already.
/// Views are [B, L, H, D].
class HeadRows {
public:
  HeadRows(KernelBuilder &b, const AttentionOperands &op) : b(b), op(op) {}

  View keys() { return isCopied() ? inPieces(4, false) : b.view(op.keys); }
  View values() { return isCopied() ? inPieces(4, true) : b.view(op.values); }
  View keysGrad(mlir::Value grad);
  View valuesGrad(mlir::Value grad);

  /// The phases that copy keys and values to their pieces.
  void gather();
  /// The phases that bring the pieces of their gradients together.
  void scatter(mlir::Value keysGrad, mlir::Value valuesGrad);

private:
  bool isCopied() const { return op.keyHeads > 1; }
  View inPieces(unsigned slot, bool ofValues);
  KernelBuilder &b;
  const AttentionOperands &op;
};

/// One row of numbers: a query, its output, a gradient.
struct Row {
  View view;
  mlir::Value start; ///< flat element of its first column
};

/// Keys whose rows stay in L2 together, with as much again where a backward pass adds to gradients.
int64_t keysAtOnce(const AttentionOperands &op, bool isBackward);

/// One query of one head and keys of its own.
class GatheredQuery {
public:
  GatheredQuery(KernelBuilder &b, const AttentionOperands &op, mlir::Value batch, mlir::Value head,
                mlir::Value t, const KeyLists::Own &list);

  /// The softmax so far of one query, number `row` of several: the largest score, the sum of
  /// exp(score - largest), and a row of the sums of exp(score - largest) value, dropped.
  struct Softmax {
    View top, sum, output;
    mlir::Value row;
  };
  void attend(const Softmax &softmax);

  /// What the gradient of one query needs to know; `upstream` is the gradient of its output,
  /// `delta` its product with the output.
  struct Backward {
    Row upstream, queryGrad;
    View keysGrad, valuesGrad; ///< like HeadRows: rows are added to
    mlir::Value lse, delta;
  };
  /// Adds to queryGrad and to the rows of the keys and values.
  void attendGrad(const Backward &to);

private:
  KernelBuilder &b;
  const AttentionOperands &op;
  mlir::Value batch, head, keyHead, t;
  View keys, values; ///< of all heads
  KeyLists::Own list;
  mlir::Value places; ///< the list in whole vectors
  Row query;

  mlir::Value keysFrom(mlir::Value number);
  mlir::Value isListed(mlir::Value number);
  mlir::Value rowOf(const View &view, mlir::Value number);
  void products(const Row &left, double factor, const View &rows, const View &to);
  RevisedScores revise(mlir::Value score, mlir::Value number);
  mlir::Value factors(mlir::Value number);
  void addValues(const View &weights, mlir::Value shrink, const Row &output);
  void softmaxGrad(const Backward &to, const View &weights, const View &scoreGrads);
  void addKeyGrads(const Backward &to, const View &scoreGrads);
  void addValueGrads(const Backward &to, const View &weights);
};

} // namespace dsa::cpu
