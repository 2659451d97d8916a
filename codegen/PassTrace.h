// Puts the passes of a pass manager on a timeline.
#pragma once

namespace mlir {
class PassManager;
} // namespace mlir

namespace dsa {
class Trace;

/// Records a span of category "pass" for each pass that `manager` runs on `thread`, with the op it
/// ran on; does nothing without a trace.
void tracePasses(mlir::PassManager &manager, Trace *trace, int thread = 0);

} // namespace dsa
