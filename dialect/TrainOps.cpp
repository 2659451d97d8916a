// Training ops: shapes, constraints and costs.
#include "dialect/Constraints.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/TrainOps.cpp.inc"

LogicalResult ClipByGlobalNormOp::inferReturnTypes(MLIRContext *context,
                                                   std::optional<Location> location, Adaptor in,
                                                   SmallVectorImpl<Type> &types) {
  if (in.getGrads().empty())
    return failure();
  types.assign(2, tensorOf(elementOf(in.getGrads().front()), {}));
  return success();
}

LogicalResult ClipByGlobalNormOp::verify() {
  // clip_by_global_norm_c1
  if (getGrads().empty())
    return emitOpError("expected at least one gradient, got none");
  // clip_by_global_norm_c2
  for (Value grad : getGrads().drop_front())
    if (failed(expectElement(*this, "every gradient", grad, elementOf(getGrads().front()))))
      return failure();
  // clip_by_global_norm_c3
  if (failed(expectPositive(*this, "max_norm", getMaxNorm())))
    return failure();
  // clip_by_global_norm_c4
  if (getNames() && getNames()->size() != getGrads().size())
    return emitOpError("expected a name for each of ")
           << getGrads().size() << " gradients, got " << getNames()->size();
  return success();
}

Cost ClipByGlobalNormOp::getCost() {
  // Square and add.
  int64_t entries = 0;
  for (Value grad : getGrads())
    entries += tensorType(grad).getNumElements();
  return costOf(getOperation(), 0, 2 * entries);
}

void ClipByGlobalNormOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "an update sums over tokens");
}

LogicalResult AdamStepOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                           Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign(
      {in.getParameter().getType(), in.getFirstMoment().getType(), in.getSecondMoment().getType()});
  return success();
}

LogicalResult AdamStepOp::verify() {
  // adam_step_c1
  if (failed(expectType(*this, "grad", getGrad(), getParameter().getType())))
    return failure();
  // adam_step_c2
  if (failed(expectType(*this, "second_moment", getSecondMoment(), getFirstMoment().getType())))
    return failure();
  // adam_step_c3
  if (failed(expectType(*this, "first_moment", getFirstMoment(),
                        tensorOf(elementOf(getFirstMoment()), shapeOf(getParameter())))))
    return failure();
  // adam_step_c4
  if (failed(expectShare(*this, "beta1", getBeta1())) ||
      failed(expectShare(*this, "beta2", getBeta2())))
    return failure();
  // adam_step_c5
  if (failed(expectPositive(*this, "eps", getEps())))
    return failure();
  // adam_step_c6
  return expectNumber(*this, getWeightDecay().isFinite() && getWeightDecay().convertToDouble() >= 0,
                      "a finite weight_decay >= 0", getWeightDecay());
}

Cost AdamStepOp::getCost() {
  // First moment 3, second 4, update 7; weight decay 2 and the clipping factor 1 where they are
  // asked for.
  int64_t perEntry = 14 + (getWeightDecay().isZero() ? 0 : 2) + (getGradFactor() ? 1 : 0);
  return costOf(getOperation(), 0, perEntry * tensorType(getParameter()).getNumElements());
}

void AdamStepOp::transferTokenFlow(TokenFlow &flow) {
  flow.mix(getOperation(), "an update sums over tokens");
}
