// Training ops: shapes, constraints and costs.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/TrainOps.cpp.inc"

LogicalResult ClipByGlobalNormOp::inferReturnTypes(MLIRContext *context,
                                                   std::optional<Location> location, Adaptor in,
                                                   SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrads().front()), {}),
                tensorOf(elementOf(in.getGrads().front()), {})});
  return success();
}

LogicalResult ClipByGlobalNormOp::verify() {
  return success();
}

Cost ClipByGlobalNormOp::getCost() {
  // Square and add.
  int64_t entries = 0;
  for (Value grad : getGrads())
    entries += tensorType(grad).getNumElements();
  return costOf(getOperation(), 0, 2 * entries);
}

void ClipByGlobalNormOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AdamStepOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location,
                                           Adaptor in, SmallVectorImpl<Type> &types) {
  types.assign(
      {in.getParameter().getType(), in.getFirstMoment().getType(), in.getSecondMoment().getType()});
  return success();
}

LogicalResult AdamStepOp::verify() {
  return success();
}

Cost AdamStepOp::getCost() {
  // First moment 3, second 4, update 7; weight decay 2 and the clipping factor 1 where they are
  // asked for.
  int64_t perEntry = 14 + (getWeightDecay().isZero() ? 0 : 2) + (getGradFactor() ? 1 : 0);
  return costOf(getOperation(), 0, perEntry * tensorType(getParameter()).getNumElements());
}

void AdamStepOp::transferTokenFlow(TokenFlow &flow) {}
