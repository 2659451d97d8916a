// The facts of the causality proof: what each result has seen, per tracked token axis.
#pragma once

#include "mlir/IR/Value.h"

namespace dsa {

/// Facts about the values of one function, filled in program order.
class TokenFlow {};

} // namespace dsa
