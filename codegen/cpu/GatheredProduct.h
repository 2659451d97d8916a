// Products of single queries with selected rows of keys and values, each read where it lies: for
// the keys that few queries of a block share.
#pragma once

#include "codegen/cpu/HeadRows.h"
#include "codegen/cpu/KeyLists.h"

namespace dsa::cpu {

/// One row of numbers: a query, its output, a gradient.
struct Row {
  View view;
  mlir::Value start; ///< flat element of its first column
};

/// Lane i: the product of `left` and the row of `rows` that begins at flat element starts[i].
mlir::Value dotRows(KernelBuilder &b, const Row &left, const View &rows,
                    llvm::ArrayRef<mlir::Value> starts);

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
