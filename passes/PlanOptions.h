// Which kernels a graph becomes: the choices that a plan leaves to whoever compiles.
#pragma once

#include "dialect/Dialect.h"

#include <optional>
#include <string>
#include <vector>

namespace dsa {

/// The defaults are what compiling means; everything else is for comparison.
struct PlanOptions {
  bool fuse = true;                 ///< whether ops may share a kernel
  std::vector<std::string> only;    ///< families whose kernels may grow; empty: all
  std::vector<std::string> without; ///< families whose kernels must not
  bool prologues = true;            ///< whether products may compute what stands before them
  /// The form of latent attention where the op leaves it open; none: the one with fewer FLOPs.
  std::optional<LatentForm> form;
  int64_t memoryLimit = 0; ///< bytes of the arena; values are computed again to keep it; 0: none

  /// Whether the kernels of `family` may grow.
  bool mayGrow(llvm::StringRef family) const;

  /// Kernels take element-wise ops along behind their anchor, and no producers.
  static PlanOptions epiloguesOnly();
  /// Folds take their producers along, and nothing else is fused.
  static PlanOptions foldsOnly();
};

} // namespace dsa
