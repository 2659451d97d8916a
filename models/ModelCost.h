// How large a network is and what training it costs, read from its compiled graph.
#pragma once

#include "frontend/Session.h"
#include "models/Config.h"

#include "mlir/IR/MLIRContext.h"

namespace dsa {

/// The figures of one function, usually the training step.
struct ModelCost {
  int64_t parameters = 0; ///< elements of all parameter tensors, the tied head once
  int64_t flopsPerToken =
      0; ///< of the whole function (a step: forward, backward, update) by batch * length tokens
  int64_t plannedBytes = 0; ///< arena, parameters and optimizer state together
};

/// Elements of all parameters of the network.
int64_t countParameters(mlir::MLIRContext &context, const ModelConfig &config);

/// Runs the graph pipeline over the function `entry` and reads the figures off it. A function that
/// the model cannot have is an error, and so is a leak of future tokens unless `acknowledgeLeak`.
llvm::Expected<ModelCost> costOfModel(mlir::MLIRContext &context, const ModelConfig &config,
                                      bool acknowledgeLeak, llvm::StringRef entry = kStepEntry);

/// The three figures under the names `parameters`, `flops_per_token` and `planned_bytes`.
llvm::json::Value toJson(const ModelCost &cost);

} // namespace dsa
