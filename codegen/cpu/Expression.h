// Float and integer arithmetic on scalars or vectors of one shape, written as expressions.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Expressions of f32 numbers of the shape of one value, and of the i32 numbers that hold their
/// bits.
struct Expression {
  KernelBuilder &b;
  mlir::Type type;

  Expression(KernelBuilder &b, mlir::Value x) : b(b), type(x.getType()) {}
  /// The same shape of another element type.
  mlir::Type typeOf(mlir::Type element) const {
    if (auto vector = llvm::dyn_cast<mlir::VectorType>(type))
      return mlir::VectorType::get(vector.getShape(), element);
    return element;
  }
  mlir::Type intType() const { return typeOf(b.getI32Type()); }
  mlir::Value real(double value) { return b.constant(type, value); }
  mlir::Value integer(int64_t value) {
    return b.constant(intType(), static_cast<double>(static_cast<int32_t>(value)));
  }
  mlir::Value add(mlir::Value x, mlir::Value y) { return mlir::arith::AddFOp::create(b, x, y); }
  mlir::Value sub(mlir::Value x, mlir::Value y) { return mlir::arith::SubFOp::create(b, x, y); }
  mlir::Value mul(mlir::Value x, mlir::Value y) { return mlir::arith::MulFOp::create(b, x, y); }
  mlir::Value div(mlir::Value x, mlir::Value y) { return mlir::arith::DivFOp::create(b, x, y); }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x, mlir::Value y) {
    return mlir::arith::CmpFOp::create(b, predicate, x, y);
  }
  mlir::Value less(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpFPredicate::OLT, x, y);
  }
  mlir::Value equal(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpFPredicate::OEQ, x, y);
  }
  mlir::Value choose(mlir::Value condition, mlir::Value yes, mlir::Value no) {
    return mlir::arith::SelectOp::create(b, condition, yes, no);
  }
  mlir::Value bits(mlir::Value x) { return mlir::arith::BitcastOp::create(b, intType(), x); }
  mlir::Value fromBits(mlir::Value x) { return mlir::arith::BitcastOp::create(b, type, x); }
  /// Horner's rule, highest power first.
  mlir::Value polynomial(mlir::Value x, llvm::ArrayRef<double> coefficients) {
    mlir::Value result = real(coefficients.front());
    for (double coefficient : coefficients.drop_front())
      result = b.fma(result, x, real(coefficient));
    return result;
  }
};

} // namespace dsa::cpu
