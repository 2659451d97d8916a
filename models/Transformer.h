// A decoder-only transformer with a tied head, as the functions of one module.
#pragma once

#include "frontend/TrainStep.h"
#include "models/Config.h"

#include "mlir/IR/OwningOpRef.h"

namespace dsa {

/// The function that trains: results `loss` and `balance`, annotated for differentiation.
inline constexpr llvm::StringLiteral kStepEntry = "step";
/// The function that judges: results `loss`, `token_loss` [B, L] and `prediction` [B, L].
inline constexpr llvm::StringLiteral kEvaluateEntry = "evaluate";

/// Which functions a module gets and how they are annotated.
struct BuildOptions {
  bool step = true;
  bool evaluate = true;
  bool acknowledgeLeak = false; ///< accept a model whose selection has seen the future
  TrainOptions train = {};
};

/// The network as a module of functions that share their parameters by name. Every function takes
/// `tokens` [batch, length + 1] i32: inputs are columns [0, length), targets columns [1, length].
/// `config` must be valid; `context` must know the dialects of `registerDialects`.
mlir::OwningOpRef<mlir::ModuleOp> buildModel(mlir::MLIRContext &context, const ModelConfig &config,
                                             const BuildOptions &options = {});

} // namespace dsa
