// One place that names every dialect, pass and pipeline, so that every tool knows the same.
#pragma once

#include "mlir/IR/DialectRegistry.h"

namespace dsa {

/// Registers the dialects and interfaces that a module of ours may hold, before or after lowering.
void registerDialects(mlir::DialectRegistry &registry);

/// `registerDialects`, and every pass and pipeline under its command-line name. Call once per
/// process.
void registerEverything(mlir::DialectRegistry &registry);

/// Registers the translations `--dsa-to-llvmir` and `--dsa-to-assembly`. Call once per process.
void registerTranslations();

} // namespace dsa
