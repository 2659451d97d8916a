// Gives index losses scores of their own, which their kernels make tile by tile, and the gradient
// of a loss over all keys an attention of its own to compare them with.
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

/// The loss over all keys whose target `grad` reads, if that target is for its gradients alone and
/// the attention gives it again on the same support.
static IndexKlOp lossOf(IndexKlGradOp grad) {
  auto loss = grad.getTarget() ? grad.getTarget().getDefiningOp<IndexKlOp>() : IndexKlOp();
  bool same = loss && !loss.getIndices() && loss.getCausal() == grad.getCausal() &&
              loss.getQueryOffset() == grad.getQueryOffset() &&
              loss.getQuerySegments() == grad.getQuerySegments() &&
              loss.getKeySegments() == grad.getKeySegments();
  bool alone = same && llvm::all_of(loss.getTarget().getUsers(),
                                    [](Operation *user) { return isa<IndexKlGradOp>(user); });
  return alone ? loss : IndexKlOp();
}

/// Whether the kernels of `user`, an index loss or its gradient, can do without the tensor.
static bool recomputes(Operation *user, IndexScoresOp scores, int64_t keysPerSelected) {
  auto loss = dyn_cast<IndexKlOp>(user);
  auto grad = dyn_cast<IndexKlGradOp>(user);
  if (!loss && !(grad && isFolded(grad, scores)))
    return false;
  if (Value indices = loss ? loss.getIndices() : grad.getIndices())
    return lastDim(indices) * keysPerSelected <= lastDim(scores.getResult());
  return loss || !grad.getTarget() || lossOf(grad);
}

/// The index losses and their gradients that can do without the tensor of `scores`; empty if
/// somebody else needs it as a whole.
static SmallVector<Operation *> losses(IndexScoresOp scores, int64_t keysPerSelected) {
  SmallVector<Operation *> found;
  int64_t rankings = 0;
  for (Operation *user : scores->getUsers()) {
    if (isa<TopKOp>(user) && rankings++ == 0)
      continue;
    if (!recomputes(user, scores, keysPerSelected))
      return {};
    found.push_back(user);
  }
  return found;
}

/// Replaces a target of all pairs by the attention that it is the sum of.
static void attendAgain(IndexKlGradOp grad) {
  IndexKlOp loss = grad.getIndices() ? IndexKlOp() : lossOf(grad);
  if (!loss)
    return;
  grad.getTargetMutable().clear();
  grad.getQueryMutable().assign(loss.getQuery());
  grad.getKeysMutable().assign(loss.getKeys());
  grad.getLseMutable().assign(loss.getLse());
  grad.setScaleAttr(loss.getScaleAttr());
}

namespace {
struct RecomputeScores : dsa::impl::RecomputeScoresBase<RecomputeScores> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<IndexScoresOp> all(getOperation().getOps<IndexScoresOp>());
    for (IndexScoresOp scores : all) {
      // A kernel makes no narrow scores, and what it reads instead was rounded.
      if (!elementOf(scores.getResult()).isF32())
        continue;
      for (Operation *loss : losses(scores, keysPerSelected)) {
        OpBuilder builder(loss);
        auto own = cast<IndexScoresOp>(builder.clone(*scores));
        loss->replaceUsesOfWith(scores.getResult(), own.getResult());
        if (auto grad = dyn_cast<IndexKlGradOp>(loss))
          attendAgain(grad);
        ++recomputed;
      }
      if (scores->use_empty())
        scores->erase();
    }
  }
};
} // namespace
