// Score bodies: which op has one, what it may hold, what it costs and its derivative.
#include "dialect/ScoreBody.h"
#include "dialect/ScalarOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace dsa {

Type scoreType(Type element) {
  return element.isF64() ? element : Float32Type::get(element.getContext());
}

Block *scoreBodyOf(Operation *op) {
  if (!isa_and_nonnull<AttentionOp, AttentionGradOp, SparseAttentionOp, SparseAttentionGradOp>(op))
    return nullptr;
  Region &body = op->getRegion(0);
  return body.empty() ? nullptr : &body.front();
}

LogicalResult verifyScoreBody(Operation *op, Type element, ArrayRef<int64_t> places) {
  Block *body = scoreBodyOf(op);
  if (!body)
    return success();
  // attention_c7 attention_grad_c8 sparse_attention_c8 sparse_attention_grad_c9
  SmallVector<Type> expected(kScoreArguments, scoreType(element));
  if (body->getArgumentTypes() != TypeRange(expected))
    return op->emitOpError("expected a score body with arguments (")
           << expected << "), got (" << body->getArgumentTypes() << ")";
  if (failed(verifyScalarBody(*body, scoreType(element), "a score body")))
    return failure();
  // attention_c11 attention_grad_c12 sparse_attention_c12 sparse_attention_grad_c13
  for (int64_t size : places)
    if (size > kLargestPlace)
      return op->emitOpError("expected at most ")
             << kLargestPlace << " queries, keys and heads for a score body, got " << size;
  return success();
}

int64_t flopsOfScoreBody(Operation *op) {
  Block *body = scoreBodyOf(op);
  return body ? flopsOfScalarBody(*body) : 0;
}

void differentiateScoreBody(Operation *forward, Operation *grad) {
  Block *body = scoreBodyOf(forward);
  if (!body)
    return;
  Block &both = grad->getRegion(0).emplaceBlock();
  for (BlockArgument argument : body->getArguments())
    both.addArgument(argument.getType(), argument.getLoc());
  Value score = cloneScalarOps(*body, both);
  Value slope = appendDerivative(both, score, both.getArgument(kScore));
  OpBuilder writer = OpBuilder::atBlockEnd(&both);
  Location location = forward->getLoc();
  if (!slope)
    slope = arith::ConstantOp::create(writer, location, writer.getFloatAttr(score.getType(), 0));
  YieldOp::create(writer, location, ValueRange{score, slope});
  eraseUnusedOps(both);
}

void nameScoreArguments(Region &body, OpAsmSetValueNameFn setName) {
  static constexpr StringLiteral kNames[] = {"score", "query", "key", "head"};
  for (auto [argument, name] : llvm::zip(body.getArguments(), kNames))
    setName(argument, name);
}

} // namespace dsa
