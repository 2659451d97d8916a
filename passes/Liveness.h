// How long each launch result lives, how many bytes that takes, and where in one arena it fits.
#pragma once

#include "dialect/Dialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace dsa {

/// Function attribute: the size of the arena that the `offsets` of its launches refer to, in bytes.
inline constexpr llvm::StringLiteral kArenaBytesAttr = "dsa.arena_bytes";
/// Every offset in an arena is a multiple of this many bytes.
inline constexpr int64_t kArenaAlignment = 64;

/// One launch result in the arena: alive from launch `first`, which writes it, to launch `last`,
/// which reads it last.
struct Lifetime {
  mlir::OpResult value;
  int64_t bytes; ///< rounded up to the alignment
  int64_t first, last;
  int64_t offset = -1;

  bool overlaps(const Lifetime &other) const { return first <= other.last && other.first <= last; }
};

/// An error unless `func` is one block of launches and constants, as outlining leaves it.
llvm::LogicalResult verifyLaunches(mlir::func::FuncOp func);

/// The launches of `func` in program order.
llvm::SmallVector<LaunchOp> launchesOf(mlir::func::FuncOp func);

/// The argument that result `number` of `func` replaces, null if it replaces none.
mlir::Value updatedArgument(mlir::func::FuncOp func, unsigned number);

/// The lifetimes under `order` of the launch results of `func` that are no function results: those
/// live outside.
llvm::SmallVector<Lifetime> lifetimesOf(mlir::func::FuncOp func, llvm::ArrayRef<LaunchOp> order);

/// The bytes alive during each of `launches` launches.
llvm::SmallVector<int64_t> bytesAlive(llvm::ArrayRef<Lifetime> lifetimes, size_t launches);

/// Places the largest first, each into the smallest gap that fits among those alive with it.
/// Returns the arena's bytes.
int64_t assignOffsets(llvm::MutableArrayRef<Lifetime> lifetimes);

} // namespace dsa
