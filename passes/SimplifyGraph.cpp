// Folds, canonicalises and deduplicates the graph, and drops what no result needs.
#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dsa {
#define GEN_PASS_DEF_SIMPLIFYGRAPH
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;

/// The number of ops inside `root`.
static int64_t countOps(Operation *root) {
  int64_t count = -1; // the walk visits the root as well
  root->walk([&](Operation *) { ++count; });
  return count;
}

namespace {
struct SimplifyGraph : dsa::impl::SimplifyGraphBase<SimplifyGraph> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    for (Dialect *dialect : context->getLoadedDialects())
      dialect->getCanonicalizationPatterns(set);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      op.getCanonicalizationPatterns(set, context);
    patterns = FrozenRewritePatternSet(std::move(set));
    return success();
  }

  void runOnOperation() override {
    Operation *root = getOperation();
    int64_t before = countOps(root);
    GreedyRewriteConfig config;
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    IRRewriter rewriter(root->getContext());
    // Merging two ops can make a third foldable, and folding can make two ops equal.
    for (bool merged = true; merged;) {
      merged = false;
      if (failed(applyPatternsGreedily(root, patterns, config)))
        return signalPassFailure();
      DominanceInfo dominance(root);
      eliminateCommonSubExpressions(rewriter, dominance, root, &merged);
    }
    int64_t after = countOps(root);
    removed += before - after;
    kept += after;
  }

  FrozenRewritePatternSet patterns;
};
} // namespace
