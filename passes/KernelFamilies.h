// What a kernel can express, as data: which op anchors it and which ops it may absorb around the
// anchor.
#pragma once

#include "dialect/Dialect.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"

namespace dsa {

/// The kernels of one family have one anchor op, the fold of the kernel, and its producer too
/// unless that is another op.
struct KernelFamily {
  llvm::StringLiteral name;   ///< "pointwise" or "copy", else the mnemonic of the anchor
  llvm::StringLiteral anchor; ///< op name of the anchor
  /// Op names of the element-wise ops that may follow result #0 of the anchor, on the same [rows,
  /// columns].
  llvm::ArrayRef<llvm::StringLiteral> epilogue;
  /// Whether operands may be strided slices; reshapes of whole tensors always may.
  bool slices;
  /// Op names of the ops that may stand before the operand `prologueOf` names, on the same [rows,
  /// columns], at most one norm first: the kernel computes them where it packs that operand.
  llvm::ArrayRef<llvm::StringLiteral> prologue = {};
  /// Op names of the ops whose result #0 the kernel may produce itself, tile by tile, where the
  /// anchor folds it. Nobody else may read it: it never exists.
  llvm::ArrayRef<llvm::StringLiteral> producers = {};
  /// Op names of the masks, and of gradients row by row, that may stand between such a producer and
  /// the anchor.
  llvm::ArrayRef<llvm::StringLiteral> masks = {};
  /// Op names of further readers of what a producer makes, one of each, that the kernel takes
  /// along.
  llvm::ArrayRef<llvm::StringLiteral> companions = {};
  /// Op names of the ops, one of each, that take operand #0 from a companion tile by tile: a result
  /// of a companion that is as large as what it reads never exists either.
  llvm::ArrayRef<llvm::StringLiteral> consumers = {};
};

/// Every family, one row each.
llvm::ArrayRef<KernelFamily> kernelFamilies();

/// The family that `op` anchors, null for views, constants, terminators and ops that no kernel can
/// express.
const KernelFamily *familyOf(mlir::Operation *op);

/// The operand of `op` that a kernel may produce itself: operand #0, or the scores that the
/// gradient of an index loss reads; null for the gradient of scores that is not the gradient of a
/// loss.
mlir::Value foldedBy(mlir::Operation *op);

/// The operand of a product that its kernel may compute from a prologue: the left factor of the
/// linear maps and of their gradients for the input, the right one of those for the weight. Null
/// for other ops.
mlir::OpOperand *prologueOf(mlir::Operation *op);

/// Whether the kernels of `family` may hold `op` in a prologue, as a producer, as a mask behind
/// one, as another reader of it, or behind such a reader.
bool isPrologue(const KernelFamily &family, mlir::Operation *op);
bool isProducer(const KernelFamily &family, mlir::Operation *op);
bool isMask(const KernelFamily &family, mlir::Operation *op);
bool isCompanion(const KernelFamily &family, mlir::Operation *op);
bool isConsumer(const KernelFamily &family, mlir::Operation *op);

/// Whether `op` is an element-wise op that may be fused with others of the same shape.
bool isPointwise(mlir::Operation *op);

/// Whether `op` is a static slice or a reshape, which a kernel reads through without a copy.
bool isView(mlir::Operation *op);

/// Whether `op` is a reshape of a whole tensor, which moves nothing in memory.
bool isReshape(mlir::Operation *op);

/// Whether result element i of `op` reads element i of operand `operand` only, so that it may
/// overwrite it.
bool isElementwise(mlir::Operation *op, unsigned operand);

/// The tensor behind a chain of views.
mlir::Value rootOf(mlir::Value value);

/// Whether both are the same [rows, columns] matrix, so that one tile position serves both.
bool flattenAlike(mlir::Value a, mlir::Value b);

/// The strides, in elements, of `value` in the buffer of its root; nothing when no strided layout
/// describes it.
std::optional<llvm::SmallVector<int64_t>> stridesOf(mlir::Value value);

/// The op that gives a kernel of `ops` its family: the one that lists the other producers and
/// folds, else the first of these, else the first element-wise op, else the first op.
mlir::Operation *anchorOf(llvm::ArrayRef<mlir::Operation *> ops);
mlir::Operation *anchorOf(KernelOp kernel);

/// The ops of `ops`, one kernel, on which the operand depends that `prologueOf` names at its
/// anchor, in order; no views.
llvm::SmallVector<mlir::Operation *> prologueOps(llvm::ArrayRef<mlir::Operation *> ops);
llvm::SmallVector<mlir::Operation *> prologueOps(KernelOp kernel);

/// Work items that leave no thread idle.
inline constexpr int64_t kEnoughItems = 16;

/// Items that share the columns of a block of rows where a prologue makes the left factor, each for
/// itself: one if the blocks of rows are enough items.
int64_t columnShares(int64_t rowBlocks, int64_t columnBlocks);

/// Fails with an error at the first op that the family of `kernel` has no place for.
llvm::LogicalResult verifyFamily(KernelOp kernel);

} // namespace dsa
