// Tiles of the lightning indexer's scores, for whoever folds them.
#pragma once

#include "codegen/cpu/KernelBuilder.h"

namespace dsa::cpu {

/// The product over `depth` elements from `x` of `left` and from `y` of `right`, in the order of
/// lanes.
mlir::Value rowProduct(KernelBuilder &b, int64_t depth, const View &left, mlir::Value x,
                       const View &right, mlir::Value y);

/// Emits the scores of tiles of tokens() queries x panel() keys. Each score has one accumulator a
/// head, sequential in d, and sums over the heads in order: its bits do not depend on who asks.
class IndexScoreTiles {
public:
  /// At most `tokens` queries share a tile. Workspaces `slot` and `slot` + 1 hold what packPhase()
  /// leaves.
  IndexScoreTiles(KernelBuilder &b, IndexScoresOp op, int64_t tokens = INT64_MAX,
                  unsigned slot = 0);

  /// The phase that packs the keys into panels.
  void packPhase();
  /// Queries of one tile, and keys.
  int64_t tokens() const { return tokenCount; }
  int64_t panel() const { return 2 * b.lanes(); }
  /// Query number `token` of the tile that begins at query t: the last ones repeat at the end.
  mlir::Value query(mlir::Value t, int64_t token);
  /// Calls body(token, vector, scores) for every vector of keys of the tile at query t and key s, a
  /// multiple of panel().
  void emit(mlir::Value batch, mlir::Value t, mlir::Value s,
            llvm::function_ref<void(int64_t token, int64_t vector, mlir::Value scores)> body);
  /// The same for the keys that the panel `right` holds.
  void emit(mlir::Value batch, mlir::Value t, const struct TileRight &right,
            llvm::function_ref<void(int64_t token, int64_t vector, mlir::Value scores)> body);
  /// Whether queries [from, to) are so small, and the first `keyCount` keys, that no score of them
  /// can be NaN.
  mlir::Value areNumbers(mlir::Value batch, mlir::Value from, mlir::Value to, mlir::Value keyCount);

private:
  KernelBuilder::Carried addHeads(mlir::Value batch, mlir::Value t, mlir::Value head, int64_t count,
                                  const struct TileRight &right, mlir::ValueRange sums);
  View packed();
  View largest();
  int64_t panels() const;

  KernelBuilder &b;
  IndexScoresOp op;
  unsigned slot;
  int64_t batches, queries, heads, depth, keys, tokenCount, headCount;
};

} // namespace dsa::cpu
