// What masked tiles, lists and tiles across heads cost, and the phases that prepare them.
#include "codegen/cpu/KeyAccess.h"
#include "codegen/cpu/HeadRows.h"
#include "codegen/cpu/KeyLists.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

/// The keys that a query sees on average, over those it selects.
static double seenOverSelected(const AttentionOperands &op) {
  double seen = static_cast<double>(op.keyCount) * (op.causal ? 0.5 : 1.0);
  auto selected = cast<RankedTensorType>(op.indices.getType()).getShape()[2];
  return seen / static_cast<double>(selected);
}

/// What a pair that is gathered costs in pairs of a tile, and what a row of a tile that only one
/// query reads costs beside one that is there.
static constexpr double kGathered = 3.0, kCopied = 1.5;

bool prefersGather(const AttentionOperands &op) {
  return op.indices && seenOverSelected(op) > kGathered;
}

static KeyAccess cheapestAccess(const AttentionOperands &op) {
  if (!op.indices)
    return KeyAccess::Tiles;
  int64_t group = op.heads / op.keyHeads, rows = llvm::alignTo(group, kQueryBlock);
  double headTiles = kCopied * static_cast<double>(rows) / static_cast<double>(group);
  if (seenOverSelected(op) <= std::min(kGathered, headTiles))
    return KeyAccess::Tiles;
  return kGathered < headTiles ? KeyAccess::Lists : KeyAccess::HeadTiles;
}

KeyAccess prepareKeys(KernelBuilder &b, AttentionFrame &frame) {
  KeyAccess access = cheapestAccess(frame.op());
  if (access != KeyAccess::Tiles) {
    KeyLists(b, frame.op()).phase(/*shares=*/access == KeyAccess::Lists);
    HeadRows(b, frame.op()).gather();
  } else if (frame.op().indices) {
    frame.selectionPhase();
  }
  return access;
}

} // namespace dsa::cpu
