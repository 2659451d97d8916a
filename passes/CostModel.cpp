// Rooflines of groups of ops.
#include "passes/CostModel.h"
#include "dialect/Dialect.h"
#include "dialect/Shapes.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dsa;

namespace {
/// The fractions of the multiply-add peak that the kernels of a family reach in and outside of
/// products.
struct Efficiency {
  llvm::StringLiteral family;
  double matrix, vector;
};
} // namespace

// Seconds for each byte that does not fit in memory.
static constexpr double kVeto = 1;

// Rows and columns of the blocks of a product with a prologue; a target may choose others.
static constexpr int64_t kBlockRows = 64, kBlockColumns = 256;

// Estimates for AVX-512 cores; `dsa-lab fusion` holds what follows from them against measurement.
static const Efficiency kEfficiencies[] = {
    {"", .8, .15},
    {"attention", .6, .15},
    {"attention_grad", .6, .15},
    {"sparse_attention", .5, .15},
    {"sparse_attention_grad", .4, .15},
    {"cross_entropy", .8, .25},
    {"index_kl", .4, .1},
    {"index_scores_grad", .4, .1},
};

static const Efficiency &efficiencyOf(const KernelFamily &family) {
  const auto *found = llvm::find_if(
      kEfficiencies, [&](const Efficiency &entry) { return entry.family == family.name; });
  return found == std::end(kEfficiencies) ? kEfficiencies[0] : *found;
}

int64_t dsa::repeatedFlops(ArrayRef<Operation *> ops) {
  SmallVector<Operation *> prologue = prologueOps(ops);
  Operation *product = anchorOf(ops);
  if (prologue.empty() || prologueOf(product)->getOperandNumber() != 0)
    return 0;
  Value result = product->getResult(0);
  int64_t rowBlocks = llvm::divideCeilSigned(rowsOf(result), kBlockRows);
  int64_t shares = columnShares(rowBlocks, llvm::divideCeilSigned(lastDim(result), kBlockColumns));
  return (shares - 1) * workOf(prologue).vectorFlops;
}

Cost dsa::costOfGroup(const FusionGraph &graph, const ConvexGroups &groups, unsigned group) {
  SmallVector<Operation *> ops = groups.opsOf(group);
  Cost cost = workOf(ops);
  cost.vectorFlops += repeatedFlops(ops);
  llvm::SmallMapVector<Value, int64_t, 8> read;
  for (Operation *op : ops) {
    for (OpOperand &use : op->getOpOperands()) {
      Value root = graph.rootOf(use.get());
      Operation *producer = graph.producerOf(use.get());
      if (!producer || groups.groupOf(producer) != group)
        read[root] = std::min(bytesOf(root.getType()), read.lookup(root) + bytesRead(use));
    }
    for (Value result : op->getResults())
      if (graph.isUsedOutside(result, groups, group))
        cost.writeBytes += bytesOf(result.getType());
  }
  for (auto [root, bytes] : read)
    cost.readBytes += bytes;
  return cost;
}

double dsa::predictSeconds(const Machine &machine, const KernelFamily &family, const Cost &cost) {
  const Efficiency &reached = efficiencyOf(family);
  double arithmetic =
      static_cast<double>(cost.matrixFlops) / (reached.matrix * machine.vectorF32Flops) +
      static_cast<double>(cost.vectorFlops) / (reached.vector * machine.vectorF32Flops);
  // What a launch writes is in the last cache for the next one, if it fits.
  int64_t bytes = cost.readBytes + cost.writeBytes;
  double bandwidth =
      2 * bytes <= machine.lastLevelSize ? machine.lastLevelBytes : machine.memoryBytes;
  double excess = static_cast<double>(std::max<int64_t>(cost.writeBytes - machine.memorySize, 0));
  return std::max(arithmetic, static_cast<double>(bytes) / bandwidth) + machine.launchSeconds +
         kVeto * excess;
}
