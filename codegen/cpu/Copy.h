// Copies of rows, as the kernels that only move data share them.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// Copies as many columns as `to` has from the row that begins at flat element `fromStart` of one
/// view to the row that begins at `toStart` of the other.
void copyRow(KernelBuilder &b, const View &from, mlir::Value fromStart, const View &to,
             mlir::Value toStart);

/// One phase that copies `from` to `to`, both of the shape of the tensor `like`, row by row.
void copyPhase(KernelBuilder &b, mlir::Value like, llvm::function_ref<View()> from,
               llvm::function_ref<View()> to);

} // namespace dsa::cpu
