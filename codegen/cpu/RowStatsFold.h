// The parts of an RMS norm, for every kernel that normalises rows: its own, and products that do it
// on the way into a packed factor.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// 1 / sqrt(mean(x^2) + eps), an f32 scalar, of the row of `x` that begins at flat element `start`.
mlir::Value reciprocalRms(KernelBuilder &b, const View &x, mlir::Value start, double eps);

/// lanes() elements from `column` on of the norm's row that begins at flat element `start` of its
/// input; `scale` is the vector of what reciprocalRms returns. Not rounded to the result's type.
mlir::Value normalised(KernelBuilder &b, RmsNormOp op, mlir::Value start, mlir::Value column,
                       mlir::Value mask, mlir::Value scale);

} // namespace dsa::cpu
