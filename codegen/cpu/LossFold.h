// The token loss as a fold over blocks of classes, for logits that exist and for those that are
// made on the way.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Classes whose exponentials are summed around their own maximum. A row's bits depend on it, so it
/// is the same wherever its logits come from.
inline constexpr int64_t kClassBlock = 128;

/// Workspace of losses and log-sum-exps that the kernel does not yield; other slots are free.
enum LossSlot : unsigned { LseSlot, TokenLossSlot, FirstFreeSlot };

/// What a block contributes to a log-sum-exp: its maximum, and the sum of exp(x - maximum).
struct BlockSum {
  mlir::Value largest, sum;
};
BlockSum sumBlock(KernelBuilder &b, const View &logits, mlir::Value start, int64_t classes);

/// The log-sum-exp of blocks [0, blocks), of which i is element first + i * step of both views.
mlir::Value logSumExp(KernelBuilder &b, const View &largest, const View &sums, mlir::Value first,
                      int64_t step, int64_t blocks);

/// The largest of `columns` elements from `start` on, and the lowest column (i32) that holds it.
std::pair<mlir::Value, mlir::Value> firstLargest(KernelBuilder &b, const View &x, mlir::Value start,
                                                 int64_t columns);

/// The target of `row`, or an error of the launch and target 0.
mlir::Value checkedTarget(KernelBuilder &b, mlir::Value targets, mlir::Value row, int64_t classes);

/// Stores log-sum-exp and loss of `row`, whose target has the logit `chosen`; a loss that is not
/// finite fails the launch.
void finishRow(KernelBuilder &b, CrossEntropyOp op, mlir::Value row, mlir::Value lse,
               mlir::Value chosen);

/// The phase that takes the mean of all losses, if the kernel yields it.
void meanPhase(KernelBuilder &b, CrossEntropyOp op);

/// The gradient with respect to the logits of one row.
class LossGradRow {
public:
  /// `target` is the row's, as i32.
  LossGradRow(KernelBuilder &b, CrossEntropyGradOp op, mlir::Value row, mlir::Value target);
  /// Of lanes() logits from class `column` (i32) on.
  mlir::Value of(mlir::Value logits, mlir::Value column) const;

private:
  KernelBuilder &b;
  mlir::Value weights, shift, targets;
};

} // namespace dsa::cpu
