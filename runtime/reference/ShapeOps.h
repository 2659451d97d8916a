// The meaning of the upstream tensor ops that move elements without computing.
#pragma once

#include "runtime/Tensor.h"

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace dsa::reference {

/// The elements of `input` from `offsets` on, `sizes` many along each axis. Any element type.
Tensor extractSlice(const Tensor &input, llvm::ArrayRef<int64_t> offsets,
                    llvm::ArrayRef<int64_t> sizes);

/// The inputs one after the other along `axis`. Any element type, the same for all.
Tensor concat(llvm::ArrayRef<Tensor> inputs, int64_t axis);

} // namespace dsa::reference
