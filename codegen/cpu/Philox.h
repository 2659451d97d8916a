// Counter-based random numbers inside kernels: Philox4x32-10.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

#include <array>

namespace dsa::cpu {

/// The key of one random stream, loaded into scalars: (seed low, seed high, step, stream).
struct StreamKey {
  std::array<mlir::Value, 4> words;
};
StreamKey loadKey(KernelBuilder &b, const View &key);

/// The four words of the Philox4x32-10 blocks numbered `blockLow` + 2^32 * 0; i32 scalar or vector.
std::array<mlir::Value, 4> philox(KernelBuilder &b, const StreamKey &key, mlir::Value block);

/// Dropout factors (0 or 1 / (1 - p)) of the 64 consecutive elements that begin at `first` (index,
/// a multiple of 64): 64 / lanes() vectors in order.
llvm::SmallVector<mlir::Value> dropoutFactors64(KernelBuilder &b, const StreamKey &key,
                                                mlir::Value first, double p);

/// Dropout factors of arbitrary elements: `elements` is an i32 vector of element numbers.
mlir::Value dropoutFactors(KernelBuilder &b, const StreamKey &key, mlir::Value elements, double p);

/// The factor vector of random words: 0 where (word >> 8) * 2^-24 < p, else 1 / (1 - p).
mlir::Value dropoutFactor(KernelBuilder &b, mlir::Value words, double p);

} // namespace dsa::cpu
