// Where the rows of an anchor's result live while the pointwise ops behind it run.
#pragma once

#include "codegen/cpu/Pointwise.h"

namespace dsa::cpu {

/// A block of rows of the anchor's main result: its own buffer if the kernel yields it, scratch if
/// only the pointwise ops behind it read it. Create it inside a phase, fill the rows, then call
/// `finish`.
class ResultBlock {
public:
  /// `result` has `columns` columns; at most `blockRows` rows are filled before `finish`.
  ResultBlock(KernelBuilder &b, mlir::Value result, int64_t blockRows, int64_t columns);

  const View &view() const { return target; }
  /// Flat element number of the first column of `row`; `blockFrom` is the first row of the block.
  mlir::Value rowStart(mlir::Value row, mlir::Value blockFrom);
  /// Runs the pointwise ops on rows [from, to), all columns.
  void finish(mlir::Value from, mlir::Value to);

private:
  KernelBuilder &b;
  Pointwise chain;
  bool inScratch;
  View target;
};

} // namespace dsa::cpu
