// Which keys a query may see: what the attention and the indexer ops say of masks, offsets and
// segments.
#pragma once

#include "dialect/Constraints.h"
#include "dialect/Shapes.h"
#include "dialect/TokenFlow.h"

namespace dsa {

/// The position of query row 0: 0 without an offset operand, nothing if it is known only at run
/// time.
std::optional<int64_t> positionOfRowZero(mlir::Value queryOffset);

/// Pairs (t, s) of one head and one sequence that a query looks at: at most `limit` keys a row,
/// with `causal` only s <= offset + t. A run-time offset is counted as if every key were visible.
int64_t visiblePairs(int64_t queries, int64_t keys, int64_t limit, bool causal,
                     mlir::Value queryOffset);

/// Verifies the segment ids of rows [batch, queries] and keys [batch, keys]: both or none.
template <typename Op>
mlir::LogicalResult verifySegments(Op op, int64_t batch, int64_t queries, int64_t keys) {
  mlir::Value ofQueries = op.getQuerySegments(), ofKeys = op.getKeySegments();
  if (!ofQueries != !ofKeys)
    return op.emitOpError("expected segments of both queries and keys, got only those of ")
           << (ofQueries ? "queries" : "keys");
  if (!ofQueries)
    return mlir::success();
  if (mlir::failed(expectShape(op, "query segments", ofQueries, {batch, queries})))
    return mlir::failure();
  return expectShape(op, "key segments", ofKeys, {batch, keys});
}

/// Why no gradient is per token; the proof constrains the forward ops.
inline constexpr llvm::StringLiteral kGradientMixes = "a gradient sums over tokens";

/// Verifies that the `indices` of `op` select keys for the query rows: [batch, queries, k].
template <typename Op> mlir::LogicalResult verifySelection(Op op, int64_t batch, int64_t queries) {
  return expectShape(op, "indices", op.getIndices(), {batch, queries, lastDim(op.getIndices())});
}

/// The last key, relative to the row, that `op` lets a row read by its own mask; nothing if any.
template <typename Op> std::optional<int64_t> maskOf(Op op) {
  return op.getCausal() ? positionOfRowZero(op.getQueryOffset()) : std::nullopt;
}

/// What the query rows see of their own, and of the scalars and segments that accompany them.
template <typename Op> Sight sightOfQuery(Op op, TokenFlow &flow, mlir::Value query) {
  Sight sight = flow.along(query, 1, op);
  if (mlir::Value segments = op.getQuerySegments())
    sight.join(flow.along(segments, 1, op));
  if (mlir::Value offset = op.getQueryOffset())
    sight.everywhere.join(flow.fact(offset).widest({op, "its query_offset reads tokens"}));
  if (!sight.reach.any())
    sight.home = maskOf(op).value_or(0);
  return sight;
}

/// Why a row sees a key that `indices` named.
inline Cause followsSelection(mlir::Operation *op, mlir::Value indices) {
  return {op, "it reads selected keys s > t", indices.getDefiningOp()};
}

} // namespace dsa
