// What may share a kernel: the ops of one function, the views that kernels read through, and the
// steps by which groups of ops grow.
#pragma once

#include "passes/ConvexGroups.h"
#include "passes/KernelFamilies.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace dsa {

/// Whether `func` is what outlining leaves behind: launches, and constants that they read.
bool isOutlined(mlir::func::FuncOp func);

/// One step of a plan: the kernel of `reader` takes other ops along.
struct FusionMove {
  mlir::Operation *reader;
  llvm::SmallVector<mlir::Operation *> taken;
  mlir::Operation *source;  ///< the op whose result stays inside
  llvm::StringRef obstacle; ///< why no plan can take this step; empty if one can
};

/// The ops of one function that become kernels. Views are copied into the kernels that read them,
/// except those that must exist: a returned one, and a slice that its reader cannot address.
class FusionGraph {
public:
  /// Fails with an error at an op that no kernel can express.
  static llvm::FailureOr<FusionGraph> of(mlir::func::FuncOp func);

  /// Program order.
  llvm::ArrayRef<mlir::Operation *> ops() const { return work; }
  /// The plan in which every op is a kernel.
  ConvexGroups apart() const;

  /// Whether `op` is a view that is copied into the kernels of its readers.
  bool isAbsorbed(mlir::Operation *op) const { return isView(op) && !copied.contains(op); }
  /// The tensor behind the absorbed views before `value`.
  mlir::Value rootOf(mlir::Value value) const;
  /// The op that makes `value`, behind absorbed views; null for arguments and constants.
  mlir::Operation *producerOf(mlir::Value value) const;
  /// Whether a member of another group or the function's result reads `value`, perhaps through
  /// views.
  bool isUsedOutside(mlir::Value value, const ConvexGroups &groups, unsigned group) const;

  /// The steps in which `op` is the reader. An element-wise op may join the kernel of each of its
  /// producers, the latest first, or bring further element-wise producers along. A fold may take
  /// what computes its operand, with everything else that reads it, and a product the kernel of
  /// element-wise ops, perhaps behind a norm, that makes its factor.
  llvm::SmallVector<FusionMove> movesOf(mlir::Operation *op) const;
  /// Takes a step in `groups`. Returns why it cannot, and leaves `groups` alone then; empty when it
  /// did.
  llvm::StringRef apply(const FusionMove &move, ConvexGroups &groups) const;

private:
  explicit FusionGraph(mlir::func::FuncOp func) : func(func) {}
  llvm::LogicalResult collect();
  void makeReadable(mlir::Operation *user, mlir::Value operand);
  bool linksFit(mlir::Operation *op, const ConvexGroups &groups, unsigned group) const;
  llvm::StringRef join(const FusionMove &move, ConvexGroups &groups) const;
  llvm::StringRef obstacle(mlir::Operation *reader, mlir::Value value) const;
  llvm::StringRef takeReaders(mlir::Operation *anchor,
                              llvm::SmallVectorImpl<mlir::Operation *> &taken) const;
  void addFold(mlir::Operation *op, llvm::SmallVectorImpl<FusionMove> &moves) const;
  void addPrologue(mlir::Operation *op, llvm::SmallVectorImpl<FusionMove> &moves) const;
  llvm::StringRef joinPrologue(const FusionMove &move, ConvexGroups &groups) const;
  bool isReadElsewhere(mlir::Value value, mlir::OpOperand *operand) const;

  mlir::func::FuncOp func;
  llvm::DenseSet<mlir::Operation *> copied;
  llvm::SmallVector<mlir::Operation *> work;
};

} // namespace dsa
