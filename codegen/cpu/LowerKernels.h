// From planned kernels to loops, and from loops to the LLVM dialect.
#pragma once

#include "codegen/Passes.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace dsa::cpu {

/// Attributes of a `module @<kernel>_cpu`: bytes of workspace a launch and of scratch a thread; of
/// a phase: its grid, and how often it runs if that is not once. Consecutive phases of equal rounds
/// take turns; round r works on the items from r * grid on.
inline constexpr llvm::StringLiteral kWorkspaceAttr = "dsa.workspace_bytes";
inline constexpr llvm::StringLiteral kScratchAttr = "dsa.scratch_bytes";
inline constexpr llvm::StringLiteral kGridAttr = "dsa.grid";
inline constexpr llvm::StringLiteral kRoundsAttr = "dsa.rounds";

/// Lowers a module of phases to the LLVM dialect; each phase `f` gets an entry `f_entry(arguments,
/// workspace, scratch, status, begin, end)` of type dsa::KernelFunction.
void buildPhasesToLlvm(mlir::OpPassManager &manager);

/// The whole way of the target: the graph pipeline, then the loops of every kernel, then the LLVM
/// dialect. The planned function keeps its launches.
void buildCpuPipeline(mlir::OpPassManager &manager);

} // namespace dsa::cpu
