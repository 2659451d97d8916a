// Pairs of queries and keys, counted from static shapes and constant offsets.
#include "dialect/Visibility.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace dsa {

std::optional<int64_t> positionOfRowZero(Value queryOffset) {
  if (!queryOffset)
    return 0;
  DenseIntElementsAttr constant;
  if (!matchPattern(queryOffset, m_Constant(&constant)))
    return std::nullopt;
  return constant.getSplatValue<APInt>().getSExtValue();
}

int64_t visiblePairs(int64_t queries, int64_t keys, int64_t limit, bool causal, Value queryOffset) {
  std::optional<int64_t> offset = positionOfRowZero(queryOffset);
  int64_t bound = std::min(keys, limit);
  if (!causal || !offset)
    return queries * bound;
  int64_t pairs = 0;
  for (int64_t t = 0; t < queries; ++t)
    pairs += std::clamp<int64_t>(*offset + t + 1, 0, bound);
  return pairs;
}

} // namespace dsa
