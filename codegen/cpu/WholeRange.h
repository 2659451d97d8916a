// Functions of <cmath> as vector polynomials that hold for every float.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Functions of f32 vectors, branch-free, with a relative error of about 2e-7: of infinities, NaN,
/// zeros and subnormal numbers they are what <cmath> says. Those of KernelBuilder are shorter and
/// hold where kernels need them.
struct WholeRange {
  KernelBuilder &b;

  mlir::Value exp(mlir::Value x);
  mlir::Value exp2(mlir::Value x);
  mlir::Value expm1(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value log1p(mlir::Value x);
  mlir::Value log2(mlir::Value x);
  mlir::Value tanh(mlir::Value x);
  mlir::Value erf(mlir::Value x);
  /// In f64 up to the product of exponent and logarithm, so that large powers keep their digits.
  mlir::Value pow(mlir::Value base, mlir::Value exponent);
};

} // namespace dsa::cpu
