// Reverse-mode differentiation of one block: which values need a gradient, and what it is.
#pragma once

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace dsa {

/// The gradient of one slice of a larger tensor.
struct SliceGradient {
  mlir::tensor::ExtractSliceOp slice;
  mlir::Value gradient; ///< of the type of the slice's result
};

/// The gradients of tensors of the type of `source`, one per returned value, made of `slices` of
/// it. Sibling slices that tile one axis become one `tensor.concat`; gaps are filled with zeros.
/// Built at `builder`.
llvm::SmallVector<mlir::Value> gradientsOfSliced(mlir::OpBuilder &builder, mlir::Value source,
                                                 llvm::ArrayRef<SliceGradient> slices);

/// The operands of `op` to which its derivative passes a gradient when the results that
/// `hasGradient` have one: the derivative is built and dropped again. None where no derivative is
/// known.
llvm::FailureOr<llvm::SmallVector<mlir::OpOperand *>>
operandsWithGradient(mlir::Operation *op, llvm::function_ref<bool(mlir::Value)> hasGradient);

/// Accumulates gradients from the last op of a block to the first, and writes them before the
/// terminator. Contributions to one value are added in reverse program order of its uses, so that
/// bits do not vary.
class ReverseMode {
public:
  /// Only values that depend on `variables`, not through a `dsa.detach`, get a gradient.
  ReverseMode(mlir::Block &block, llvm::ArrayRef<mlir::Value> variables);

  /// Whether `value` depends on a variable.
  bool isActive(mlir::Value value) const { return active.contains(value); }
  /// Adds `gradient` to the gradient of `value`.
  void contribute(mlir::Value value, mlir::Value gradient);
  /// Visits every op. An op without a derivative between a variable and a seeded value is an error
  /// at that op.
  llvm::LogicalResult run();
  /// The whole gradient of `value`, null when no seeded value depends on it. Only after `run` for
  /// variables.
  mlir::Value gradientOf(mlir::Value value);
  /// Erases what `run` wrote and none of the `used` gradients needs.
  void eraseUnused(llvm::ArrayRef<mlir::Value> used);

private:
  llvm::LogicalResult visit(mlir::Operation *op);
  llvm::LogicalResult visitView(mlir::Operation *op, mlir::Value gradient);

  mlir::Block &block;
  mlir::OpBuilder builder;
  mlir::Operation *lastForward;
  llvm::DenseSet<mlir::Value> active;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value>> contributions;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<SliceGradient>> slices;
};

} // namespace dsa
