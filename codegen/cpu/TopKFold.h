// The bounded top-k fold: the k best keys of rows whose scores arrive in pieces, exact with ties.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Keeps, for each of `rows` rows, the scores that may still be among the k best, keys ascending,
/// in scratch of O(rows (k + piece)) bytes. A score enters if it beats the k-th best known: indices
/// ascend, so a later equal score can never win. When a row's candidates outgrow their place, and
/// at its end, the k-th best is found by bisection and the rest leave; their order stays. So there
/// is no sort, and what is chosen does not depend on how the row was cut into pieces.
class TopKFold {
public:
  /// Inside a phase. Pieces hold at most `piece` keys.
  TopKFold(KernelBuilder &b, TopKOp op, int64_t rows, int64_t piece);

  /// The keys that query t (or any before it) may choose from are [0, limit(t)), unless segments
  /// hide some.
  mlir::Value limit(mlir::Value t);
  /// Begins rows [0, rows).
  void open(mlir::Value rows);
  /// Adds the keys [from, min(to, limit(t))) of query t of `batch` to row `row`; the score of key
  /// `from` is `scores`' flat element `first`, those of the other keys follow.
  void step(mlir::Value row, mlir::Value batch, mlir::Value t, const View &scores,
            mlir::Value first, mlir::Value from, mlir::Value to);
  /// Writes the selection of row `row`; a NaN among its scores fails the launch.
  void close(mlir::Value row, mlir::Value batch, mlir::Value t);

private:
  struct Bracket;

  mlir::Value take(mlir::Value position, mlir::Value score, mlir::Value key, mlir::Value mask);
  void select(mlir::Value row, mlir::Value number, int64_t slack);
  Bracket range(mlir::Value begin, mlir::Value end, mlir::Value count, mlir::Value number);
  Bracket narrow(Bracket bracket, mlir::Value begin, mlir::Value end, int64_t slack);
  mlir::Value countFrom(mlir::Value begin, mlir::Value end, mlir::Value limit);
  mlir::Value lastTie(mlir::Value begin, mlir::Value end, const Bracket &bracket, int64_t slack);
  mlir::Value rowNumber(mlir::Value batch, mlir::Value t);

  KernelBuilder &b;
  TopKOp op;
  int64_t queries, keys, k, capacity, stride;
  View values, indices;    ///< candidates [rows, stride]
  View counts, thresholds; ///< [rows]; a threshold is NaN until there is one
  View tie;                ///< the last tie that is kept, and room to look for it
};

} // namespace dsa::cpu
