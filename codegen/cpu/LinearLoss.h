// The loss of logits that a linear map makes in the same kernel, and the gradients behind it.
#pragma once

#include "codegen/cpu/LossFold.h"
#include "codegen/cpu/PanelProduct.h"

namespace dsa::cpu {

/// Tokens whose tile of kClassBlock classes stays in L2 beside the factors.
inline constexpr int64_t kTileRows = 128;

/// The kernel of a loss whose logits a dsa.linear of the kernel makes, with the folds and products
/// of the kernel that read them. Phases take turns for every chunk of tokens: logits exist for a
/// chunk at a time if there is a gradient, else for one tile. The bits are those of the kernels it
/// stands for.
class LinearLoss {
public:
  /// `op` reads its logits straight from the linear map.
  LinearLoss(KernelBuilder &b, CrossEntropyOp op);
  /// Emits all phases.
  void emit();

private:
  enum Slot : unsigned {
    LogitsSlot = FirstFreeSlot,
    LargestSlot,
    SumsSlot,
    ChosenSlot,
    BestSlot,
    BestIndexSlot,
    InputSlot
  };

  int64_t panelOf(TileShape shape) const { return shape.vectors * b.lanes(); }
  View rowsView(mlir::Value tensor);
  mlir::Value tokensOf(mlir::Value round);
  void whenLastBlock(mlir::Value block, llvm::function_ref<void(int64_t classes)> body);
  mlir::Value classesOf(mlir::Value block);
  View logits();
  View statistics(Slot slot, mlir::Type type);
  View chosen();
  View packedInput();

  void logitsPhase();
  void packWeight(mlir::Value block, const View &packed);
  Ahead nextWeight(mlir::Value block, mlir::Value slot);
  void multiply(mlir::Value token, mlir::Value rows, const View &packed, const BlockMemory &to,
                const Ahead &next);
  void takeStatistics(mlir::Value block, mlir::Value token, mlir::Value slot,
                      const BlockMemory &tile, int64_t present);
  void rowsPhase();
  void mergeArgmax(mlir::Value slot, mlir::Value row);

  void packInputPhase();
  void gradientsPhase();
  Ahead logitsAhead(mlir::Value block, mlir::Value slot, int64_t rows);
  void gradTile(mlir::Value block, mlir::Value slot, mlir::Value token, mlir::Value rows,
                const View &to);
  void inputGradient(mlir::Value number, mlir::Value round, const View &grads);
  void weightGradient(mlir::Value block, mlir::Value round, const View &grads);

  KernelBuilder &b;
  CrossEntropyOp op;
  LinearOp linear;
  CrossEntropyGradOp lossGrad;
  LinearGradInputOp gradInput;
  LinearGradWeightOp gradWeight;
  ArgmaxOp argmax;
  int64_t tokens, classes, depth, blocks, width, chunk, rounds;
  int64_t tokensMultiple; ///< divides the tokens of every chunk
  TileShape tile;
};

/// Emits the kernel of `op`, which has no buffer of logits. Fails with an error at the op if a view
/// stands before it.
llvm::LogicalResult emitLinearLoss(KernelBuilder &b, CrossEntropyOp op);

} // namespace dsa::cpu
