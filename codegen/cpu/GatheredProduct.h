// Products of single queries with selected rows of keys and values, each read where it lies: for
// the keys that few queries of a block share.
#pragma once

#include "codegen/cpu/KeyLists.h"

namespace dsa::cpu {

/// Whether gathering the selected rows beats masked tiles of all keys.
bool prefersGather(const AttentionOperands &op);

/// How attention reads keys: all of them in tiles, masked by a selection if there is one; lists of
/// what queries of one head share and what each has to itself; or the list of one query, in tiles
/// that 32 heads over one row of keys share.
enum class KeyAccess { Tiles, Lists, HeadTiles };
/// The cheapest of them.
KeyAccess keyAccessOf(const AttentionOperands &op);
/// The same, with the phases that prepare it.
KeyAccess prepareKeys(KernelBuilder &b, AttentionFrame &frame);

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

/// One row of numbers: a query, its output, a gradient.
struct Row {
  View view;
  mlir::Value start; ///< flat element of its first column
};

/// Lane i: the product of `left` and the row of `rows` that begins at flat element starts[i].
mlir::Value dotRows(KernelBuilder &b, const Row &left, const View &rows,
                    llvm::ArrayRef<mlir::Value> starts);

/// Keys whose rows stay in L2 together, with as much again where a backward pass adds to gradients.
int64_t keysAtOnce(const AttentionOperands &op, bool isBackward);

/// One query of one head and keys of its own.
class GatheredQuery {
public:
  GatheredQuery(KernelBuilder &b, const AttentionOperands &op, const QueryRows &rows,
                mlir::Value row, const KeyLists::Own &list);

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
    mlir::Value gradBatch; ///< of the rows of HeadRows that are added to
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
  mlir::Value rowOf(const View &view, mlir::Value ofBatch, mlir::Value number);
  mlir::Value rowOf(const View &view, mlir::Value number) { return rowOf(view, batch, number); }
  void products(const Row &left, double factor, const View &rows, const View &to);
  RevisedScores revise(mlir::Value score, mlir::Value number);
  mlir::Value factors(mlir::Value number);
  void addValues(const View &weights, mlir::Value shrink, const Row &output);
  void softmaxGrad(const Backward &to, const View &weights, const View &scoreGrads);
  void addKeyGrads(const Backward &to, const View &scoreGrads);
  void addValueGrads(const Backward &to, const View &weights);
};

} // namespace dsa::cpu
