// Gives every index loss on a small selection scores of its own, which its kernel makes for the
// selected keys only.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dsa {
#define GEN_PASS_DEF_RECOMPUTESCORES
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

/// Whether the gradient that `loss` gives is read by nothing but the gradients of `scores`.
static bool isFolded(IndexKlGradOp loss, IndexScoresOp scores) {
  if (!loss->hasOneUse())
    return false;
  auto grad = dyn_cast<IndexScoresGradOp>(*loss->user_begin());
  return grad && grad.getGrad() == loss.getResult() && grad.getQuery() == scores.getQuery() &&
         grad.getIndexKey() == scores.getIndexKey() && grad.getWeight() == scores.getWeight() &&
         grad.getScale() == scores.getScale();
}

/// The index losses and their gradients that can do without the tensor of `scores`; empty if
/// somebody else needs it as a whole.
static SmallVector<Operation *> losses(IndexScoresOp scores, int64_t keysPerSelected) {
  SmallVector<Operation *> found;
  int64_t rankings = 0;
  for (Operation *user : scores->getUsers()) {
    auto loss = dyn_cast<IndexKlOp>(user);
    auto grad = dyn_cast<IndexKlGradOp>(user);
    Value indices = loss ? loss.getIndices() : grad ? grad.getIndices() : Value();
    if (isa<TopKOp>(user) && rankings++ == 0)
      continue;
    if (!indices || (grad && !isFolded(grad, scores)) ||
        lastDim(indices) * keysPerSelected > lastDim(scores.getResult()))
      return {};
    found.push_back(user);
  }
  return found;
}

namespace {
struct RecomputeScores : dsa::impl::RecomputeScoresBase<RecomputeScores> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<IndexScoresOp> all(getOperation().getOps<IndexScoresOp>());
    for (IndexScoresOp scores : all) {
      for (Operation *loss : losses(scores, keysPerSelected)) {
        OpBuilder builder(loss);
        auto own = cast<IndexScoresOp>(builder.clone(*scores));
        loss->replaceUsesOfWith(scores.getResult(), own.getResult());
        ++recomputed;
      }
      if (scores->use_empty())
        scores->erase();
    }
  }
};
} // namespace
