// A decoder-only transformer with a tied head, as the functions of one module.
#pragma once

#include "frontend/TrainStep.h"
#include "models/Config.h"

#include "mlir/IR/OwningOpRef.h"

namespace dsa {

/// The functions beside kStepEntry and kEvaluateEntry: training with dense attention, its
/// judgement, training of the indexer alone, and what the indexer does on a batch.
inline constexpr llvm::StringLiteral kDenseStepEntry = "dense_step";
inline constexpr llvm::StringLiteral kDenseEvaluateEntry = "dense_evaluate";
inline constexpr llvm::StringLiteral kWarmupStepEntry = "warmup_step";
inline constexpr llvm::StringLiteral kObserveEntry = "observe";

/// Which functions a module gets and how they are annotated.
struct BuildOptions {
  bool step = true;
  bool evaluate = true;
  bool denseStep = false;
  bool denseEvaluate = false;
  bool warmupStep = false;      ///< needs a trained indexer
  bool observe = false;         ///< needs an indexer
  bool acknowledgeLeak = false; ///< accept a model whose selection has seen the future
  TrainOptions train = {};
};

/// The options that ask for the function `entry` only. A function that `config` cannot have is an
/// error.
llvm::Expected<BuildOptions> onlyFunction(const ModelConfig &config, llvm::StringRef entry);

/// The network as a module of functions that share their parameters by name. All take `tokens`
/// [batch, length + 1] i32: inputs are columns [0, length), targets columns [1, length].
///
/// * `step` and `dense_step` are annotated for differentiation: results `loss`, `balance` and, in
///   `step` of a model whose indexer is trained, `index_loss`, the sum over layers on the selected
///   keys.
/// * `warmup_step` is annotated too: result `index_loss`, the sum over layers on all s <= t, behind
///   dense attention without noise. It trains the group `indexer`; the rest stays as it is.
/// * `evaluate` and `dense_evaluate`: results `loss`, `token_loss` [B, L] and `prediction` [B, L].
/// * `observe`: for each layer N the results `blocks.N.index_scores`, `.head_weights`,
/// `.selection`,
///   `.attention` and `.index_loss`, as `IndexerView` has them, and `loss`, all as `evaluate` sees
///   the batch.
///
/// `config` must be valid; `context` must know the dialects of `registerDialects`.
mlir::OwningOpRef<mlir::ModuleOp> buildModel(mlir::MLIRContext &context, const ModelConfig &config,
                                             const BuildOptions &options = {});

} // namespace dsa
