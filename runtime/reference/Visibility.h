// Which keys a query may see, as the ops of the indexer and of attention share it.
#pragma once

#include "runtime/reference/View.h"

#include <optional>

namespace dsa::reference {

using Keys = llvm::SmallVector<int64_t>;

/// With `causal` s <= offset + t; with segments the keys of the query's own segment.
struct Visibility {
  bool causal = false;
  std::optional<Tensor> queryOffset;   ///< i32 scalar, 0 if absent
  std::optional<Tensor> querySegments; ///< i32 [B, Lq], given together with keySegments
  std::optional<Tensor> keySegments;   ///< i32 [B, Lk]

  bool isVisible(int64_t b, int64_t t, int64_t s) const;
};

/// The element of an i32 scalar, 0 if absent.
int64_t valueOr0(const std::optional<Tensor> &offset);

/// All visible keys of query (b, t), ascending.
Keys visibleKeys(const Visibility &visibility, int64_t b, int64_t t, int64_t numKeys);

/// The visible ones of the selected keys of query (b, t), in the order of the selection.
Keys selectedKeys(const Visibility &visibility, int64_t b, int64_t t, const Indices &selection);

} // namespace dsa::reference
