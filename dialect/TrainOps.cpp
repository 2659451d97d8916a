// Training ops: shapes, constraints and costs.
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace dsa;

#define GET_OP_CLASSES
#include "dialect/TrainOps.cpp.inc"

LogicalResult ClipByGlobalNormOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({tensorOf(elementOf(in.getGrads().front()), {}), tensorOf(elementOf(in.getGrads().front()), {})});
  return success();
}

LogicalResult ClipByGlobalNormOp::verify() { return success(); }

Cost ClipByGlobalNormOp::getCost() { return costOf(getOperation(), 0, 0); }

void ClipByGlobalNormOp::transferTokenFlow(TokenFlow &flow) {}

LogicalResult AdamStepOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor in,
    SmallVectorImpl<Type> &types) {
  types.assign({in.getParameter().getType(), in.getFirstMoment().getType(), in.getSecondMoment().getType()});
  return success();
}

LogicalResult AdamStepOp::verify() { return success(); }

Cost AdamStepOp::getCost() { return costOf(getOperation(), 0, 0); }

void AdamStepOp::transferTokenFlow(TokenFlow &flow) {}
