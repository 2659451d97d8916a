// What a causal function owes: which rows of logits may not have seen which tokens.
#include "passes/CausalClaims.h"

#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

using namespace mlir;
using namespace dsa;

BlockArgument dsa::tokenArgument(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments()) {
    auto role = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kRoleAttr);
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (role && role.getValue() == "input" && type && type.getRank() == 2 &&
        type.getElementType().isInteger())
      return argument;
  }
  return nullptr;
}

SmallVector<CausalClaim> dsa::causalClaims(func::FuncOp function) {
  SmallVector<CausalClaim> claims;
  for (auto loss : function.getOps<CrossEntropyOp>())
    claims.push_back({loss, loss.getLogits(), loss.getTargets(),
                      tensorType(loss.getTargets()).getNumElements()});
  if (!claims.empty())
    return claims;
  for (auto choice : function.getOps<ArgmaxOp>())
    claims.push_back({choice, choice.getInput(), nullptr, rowsOf(choice.getInput())});
  Operation *end = function.front().getTerminator();
  for (OpOperand &result : end->getOpOperands()) {
    auto name = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), kNameAttr);
    if (name && name.getValue() == "logits" && tensorType(result.get()).getRank() > 0)
      claims.push_back({end, result.get(), nullptr, rowsOf(result.get())});
  }
  return claims;
}
