// Constructors and registration of every graph pass.
#pragma once

#include "dialect/Dialect.h"
#include "passes/Statistic.h"

#include "mlir/Pass/Pass.h"

#include <memory>

namespace dsa {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace dsa
