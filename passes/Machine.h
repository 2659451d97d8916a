// Machines as plain data: what one of them can compute, move and keep on chip.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace dsa {

/// One machine. Rates are per second, sizes in bytes; 0 means that the machine has no such unit.
struct Machine {
  llvm::StringLiteral name;
  int64_t units;            ///< cores, or streaming multiprocessors
  double vectorF32Flops;    ///< all units together, a fused multiply-add counts as two
  double matrixTf32Flops;   ///< dense, without sparsity
  double matrixBf16Flops;   ///< dense, without sparsity
  double matrixF8Flops;     ///< dense, without sparsity
  double memoryBytes;       ///< bandwidth of the main memory
  double lastLevelBytes;    ///< bandwidth of the last-level cache
  int64_t memorySize;       ///< main memory
  int64_t lastLevelSize;    ///< last-level cache, shared by all units
  int64_t unitCacheSize;    ///< what one unit keeps: L2 of a core, L1 with shared memory of a
                            ///< multiprocessor
  int64_t blockScratchSize; ///< most that one block of threads may use: L1 of a core, shared memory
                            ///< of a block
  int64_t vectorBytes;      ///< width of one vector register, or of one warp's row of 32-bit lanes
  double launchSeconds;     ///< between two kernels: a region of the thread pool, or a node of a
                            ///< replayed graph

  /// FLOPs per byte of memory traffic above which `flops` is the limit and not the memory.
  double ridge(double flops) const { return flops / memoryBytes; }
};

/// Every machine that a plan can be judged for. "host" holds the figures of the build machine's
/// class; whoever has measured this very host replaces them.
llvm::ArrayRef<Machine> machines();

/// "host, a100, ...": for errors.
std::string machineNames();

/// The machine called `name`, null if there is none.
const Machine *findMachine(llvm::StringRef name);

} // namespace dsa
