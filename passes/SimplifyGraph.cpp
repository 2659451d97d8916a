// Folds, canonicalises and deduplicates the graph.
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dsa {
#define GEN_PASS_DEF_SIMPLIFYGRAPH
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;

namespace {
struct SimplifyGraph : dsa::impl::SimplifyGraphBase<SimplifyGraph> {
  void runOnOperation() override {
    if (failed(applyPatternsGreedily(getOperation(), RewritePatternSet(&getContext()))))
      signalPassFailure();
  }
};
} // namespace
