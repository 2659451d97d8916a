// Initial values of parameters: a pure function of seed, name and element, the same in every model.
#pragma once

#include "runtime/Executable.h"

namespace dsa {

/// How parameters start. A gain (rank 1) starts at 1 under both rules; an embedding is a matrix
/// whose name ends in "embed"; every other tensor is a linear map whose last axis is its input.
enum class Initialization {
  Normal,   ///< N(0, 0.02^2) for embeddings and linear maps
  Published ///< N(0, 1) for embeddings, U(-1/sqrt(inputs), 1/sqrt(inputs)) for linear maps
};

/// The f32 values of the parameter `name`. Equal (seed, name, shape, rule) give equal bits,
/// whatever else the model holds: Philox keyed by the seed, counting (element / 4, hash of the
/// name).
Tensor initialParameter(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                        Initialization initialization, uint64_t seed);

} // namespace dsa
