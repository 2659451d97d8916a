// Names every discrete choice of a function, and makes it a result, an argument, or both.
#include "passes/Passes.h"
#include "passes/Signature.h"

#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringMap.h"

namespace dsa {
#define GEN_PASS_DEF_EXPOSECHOICES
#include "passes/Passes.h.inc"
} // namespace dsa

using namespace mlir;
using namespace dsa;

/// Whether `value` reached the function as it is: no op on its way has rounded.
static bool isGiven(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<arith::ConstantOp>(op))
    return true;
  return isa<FillFutureOp, tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
             tensor::ConcatOp>(op) &&
         llvm::all_of(op->getOperands(), isGiven);
}

/// A new argument for a choice among `count` things; rows may be padded with -1 if `low` is.
static Value choiceArgument(func::FuncOp function, Type type, StringRef name, int64_t low,
                            int64_t count) {
  Builder builder(function.getContext());
  return appendArgument(
      function, type,
      builder.getDictionaryAttr(
          {builder.getNamedAttr(kRoleAttr, builder.getStringAttr("input")),
           builder.getNamedAttr(kNameAttr, builder.getStringAttr(name)),
           builder.getNamedAttr(kRangeAttr, builder.getDenseI64ArrayAttr({low, count}))}));
}

/// The scores of `op` as it ranks them: those it may not see are -inf.
static Value rankedScores(TopKOp op) {
  if (!op.getCausal())
    return op.getScores();
  OpBuilder builder(op);
  return FillFutureOp::create(builder, op.getLoc(), op.getScores(), op.getQueryOffset(),
                              builder.getF64FloatAttr(-std::numeric_limits<double>::infinity()));
}

namespace {
struct ExposeChoices : dsa::impl::ExposeChoicesBase<ExposeChoices> {
  using ExposeChoicesBase::ExposeChoicesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    if (!function.getBody().hasOneBlock()) {
      function.emitOpError("expected one block to number choices in, got ")
          << function.getBody().getBlocks().size();
      return signalPassFailure();
    }
    llvm::StringMap<int64_t> numbers;
    auto nameOf = [&](Operation &op) {
      StringRef kind = op.getName().stripDialect();
      return (Twine(kChoicePrefix) + kind + "." + Twine(numbers[kind]++)).str();
    };
    for (Operation &op : llvm::make_early_inc_range(function.front().without_terminator())) {
      if (auto topK = dyn_cast<TopKOp>(op))
        expose(topK, nameOf(op));
      else if (auto route = dyn_cast<RouteOp>(op); route && !route.getChosen())
        expose(route, nameOf(op));
    }
  }

  void expose(TopKOp op, StringRef name) {
    ++choices;
    if (replay)
      op.getResult().replaceAllUsesWith(
          choiceArgument(getOperation(), op.getType(), name, -1, lastDim(op.getScores())));
    if (capture)
      appendResult(getOperation(), op.getResult(), name);
    if (scores && !isGiven(op.getScores()) && !op.getQuerySegments())
      appendResult(getOperation(), rankedScores(op), name + ".scores");
    if (op->use_empty())
      op.erase();
  }

  void expose(RouteOp op, StringRef name) {
    ++choices;
    if (replay) {
      Value given = choiceArgument(getOperation(), op.getExperts().getType(), name, 0,
                                   lastDim(op.getLogits()));
      OpBuilder builder(op->getContext());
      builder.setInsertionPointAfter(op);
      auto replayed = cast<RouteOp>(builder.clone(*op));
      replayed.getChosenMutable().assign(given);
      op->replaceAllUsesWith(replayed);
    }
    if (capture)
      appendResult(getOperation(), op.getExperts(), name);
    if (scores && (op.getKey() || !isGiven(op.getLogits())))
      appendResult(getOperation(), op.getProbabilities(), name + ".probabilities");
    if (op->use_empty())
      op.erase();
  }
};
} // namespace
