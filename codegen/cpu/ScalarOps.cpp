// Evaluation of the scalar ops of a body, a vector of numbers at a time.
#include "codegen/cpu/ScalarOps.h"
#include "codegen/cpu/WholeRange.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dsa::cpu {

/// Numbers are computed with as f32, however their tensors are stored.
static VectorType vectorOf(KernelBuilder &b, Type scalar) {
  return b.vectorType(isa<FloatType>(scalar) ? b.getF32Type() : scalar);
}

static Value constantVector(KernelBuilder &b, arith::ConstantOp op) {
  auto real = dyn_cast<FloatAttr>(op.getValue());
  double number = real ? real.getValueAsDouble() : cast<BoolAttr>(op.getValue()).getValue();
  return b.constant(vectorOf(b, op.getType()), number);
}

/// The same op on vectors, without flags that would let its bits depend on what stands beside it.
static Value onVectors(KernelBuilder &b, Operation *op, ValueRange operands) {
  OperationState state(b.getLoc(), op->getName());
  state.addOperands(operands);
  state.addTypes(vectorOf(b, op->getResult(0).getType()));
  return b.insert(Operation::create(state))->getResult(0);
}

static Value evaluate(KernelBuilder &b, Operation *op, ValueRange x) {
  WholeRange functions{b};
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](arith::ConstantOp constant) { return constantVector(b, constant); })
      .Case([&](arith::CmpFOp compare) {
        return arith::CmpFOp::create(b, compare.getPredicate(), x[0], x[1]);
      })
      .Case([&](math::FmaOp) { return b.fma(x[0], x[1], x[2]); })
      .Case([&](math::RsqrtOp) {
        return arith::DivFOp::create(b, b.splat(1.0), math::SqrtOp::create(b, x[0]));
      })
      .Case([&](math::ExpOp) { return functions.exp(x[0]); })
      .Case([&](math::Exp2Op) { return functions.exp2(x[0]); })
      .Case([&](math::ExpM1Op) { return functions.expm1(x[0]); })
      .Case([&](math::LogOp) { return functions.log(x[0]); })
      .Case([&](math::Log1pOp) { return functions.log1p(x[0]); })
      .Case([&](math::Log2Op) { return functions.log2(x[0]); })
      .Case([&](math::PowFOp) { return functions.pow(x[0], x[1]); })
      .Case([&](math::TanhOp) { return functions.tanh(x[0]); })
      .Case([&](math::ErfOp) { return functions.erf(x[0]); })
      .Case([&](math::SinOp) { return b.sine(x[0]); })
      .Case([&](math::CosOp) { return b.cosine(x[0]); })
      .Default([&](Operation *other) { return onVectors(b, other, x); });
}

SmallVector<Value> evaluateBody(KernelBuilder &b, Block &body, ArrayRef<Value> inputs) {
  llvm::DenseMap<Value, Value> vectors;
  for (auto [element, input] : llvm::zip_equal(body.getArguments(), inputs))
    vectors[element] = input;
  for (Operation &op : body.without_terminator()) {
    SmallVector<Value> operands = llvm::map_to_vector(
        op.getOperands(), [&](Value operand) { return vectors.lookup(operand); });
    vectors[op.getResult(0)] = evaluate(b, &op, operands);
  }
  return llvm::map_to_vector(body.getTerminator()->getOperands(),
                             [&](Value yielded) { return vectors.lookup(yielded); });
}

} // namespace dsa::cpu
