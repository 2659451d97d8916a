// Which values of a network are kept in the type of its description, and which always in f32.
#pragma once

#include "frontend/Graph.h"
#include "models/Config.h"

namespace dsa {

/// `value` in the type of the activations.
mlir::Value toActivation(Graph &graph, const ModelConfig &config, mlir::Value value);

/// `value` in f32: what ranks, is summed over many tokens, or becomes a loss.
mlir::Value toF32(Graph &graph, mlir::Value value);

/// The f32 parameter `name` as activations meet it.
mlir::Value weight(Graph &graph, const ModelConfig &config, llvm::StringRef name,
                   llvm::ArrayRef<int64_t> shape);

} // namespace dsa
