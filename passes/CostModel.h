// What a kernel costs on a machine, predicted from its FLOPs and bytes.
#pragma once

#include "passes/FusionGraph.h"
#include "passes/Machine.h"

namespace dsa {

/// The FLOPs of a group, and the bytes that cross its border: every tensor it reads from outside,
/// once, and every result that is used outside. A prologue counts as often as it is computed.
Cost costOfGroup(const FusionGraph &graph, const ConvexGroups &groups, unsigned group);

/// The FLOPs of the prologue of a kernel of `ops` beyond its first evaluation: every share of the
/// columns of a product makes the left factor again.
int64_t repeatedFlops(llvm::ArrayRef<mlir::Operation *> ops);

/// The seconds of one launch of a kernel of `family` on `machine`: the longer of its arithmetic, at
/// the fractions of the peak that such kernels reach, and its memory traffic (a roofline), and what
/// a launch itself takes. A second more for each byte that it writes beyond the machine's memory:
/// no plan wins that way against one that fits.
double predictSeconds(const Machine &machine, const KernelFamily &family, const Cost &cost);

} // namespace dsa
