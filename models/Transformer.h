// A decoder-only transformer with a tied head, as the functions of one module.
#pragma once

#include "frontend/TrainStep.h"
#include "models/Config.h"

#include "mlir/IR/OwningOpRef.h"

namespace dsa {

/// Which functions a module gets and how they are annotated.
struct BuildOptions {
  bool step = true;
  bool evaluate = true;
  bool acknowledgeLeak = false; ///< accept a model whose selection has seen the future
  TrainOptions train = {};
};

/// The network as a module of two functions that share their parameters by name: `step` (results
/// `loss` and `balance`, annotated for differentiation) and `evaluate` (results `loss`,
/// `token_loss` [B, L] and `prediction` [B, L]). Both take `tokens` [batch, length + 1] i32: inputs
/// are columns [0, length), targets columns [1, length]. `config` must be valid; `context` must
/// know the dialects of `registerDialects`.
mlir::OwningOpRef<mlir::ModuleOp> buildModel(mlir::MLIRContext &context, const ModelConfig &config,
                                             const BuildOptions &options = {});

} // namespace dsa
