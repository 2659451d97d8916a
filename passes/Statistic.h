// What a pass counts: the statistics of Passes.td, which LLVM as packaged leaves empty.
#pragma once

#include "llvm/Support/raw_ostream.h"

#include <cstdint>

namespace mlir {
class Pass;
} // namespace mlir

namespace dsa {

/// One statistic of a pass, declared in Passes.td. A distribution builds LLVM without statistics,
/// so that `mlir::Pass::Statistic` keeps neither name nor value; the build writes this class into
/// the generated passes instead. All instances of a pass, in any thread and any context, add to the
/// same sum.
class Statistic {
public:
  Statistic(mlir::Pass *owner, const char *name, const char *description);
  Statistic &operator+=(int64_t amount);
  Statistic &operator++() { return *this += 1; }

  struct Sum;

private:
  Sum &sum;
};

/// One paragraph for each pass that has counted since the process began: value, name and meaning of
/// each of its statistics, in the order of the registration of passes.
void printStatistics(llvm::raw_ostream &os);

} // namespace dsa
