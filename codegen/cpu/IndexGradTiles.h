// The gradients of the lightning indexer's scores, as products of tiles of queries and keys.
#pragma once

#include "codegen/cpu/AttentionFrame.h"

namespace dsa::cpu {

/// Emits a few queries and one panel of keys at a time. With the gradients `asked` of the scores
/// and G[t, j, s] = asked[t, s] where q[t, j] . k[s] > 0, else 0, sums over keys are u[t, j] =
/// sum_s G k[s], of which dq = w u and dw = q . u, and dk[s] += sum_{t, j} G w q[t, j]. Each sum is
/// one chain, over keys as over rows (t, j) ascending, so that its bits do not depend on whether
/// all keys or only those with a gradient take part.
struct IndexGradTiles {
  KernelBuilder &b;
  IndexScoresGradOp op;
  mlir::Value indices; ///< keys [B, Lq, k] that have a gradient, or null: all
  int64_t heads, depth, places;

  IndexGradTiles(KernelBuilder &b, IndexScoresGradOp op, mlir::Value indices);

  /// Queries of one block; one where each has keys of its own.
  int64_t tokens() const;
  /// Keys of one panel, and columns of one product.
  int64_t panel() const { return tile.vectors * b.lanes(); }
  int64_t paddedPlaces() const;
  int64_t paddedDepth() const;

  /// Scratch of one block, in the phase that is being emitted.
  void allocate();
  /// Stores the gradients of queries [t, min(t + tokens(), end)) of a sequence, and adds those of
  /// the keys to rows of `keySums` [n, keys, paddedDepth()], those of number `item`. Row `row` of
  /// `asked` [rows, paddedPlaces()] belongs to query t; it is 0 behind the last place, and so are
  /// rows from `end` on.
  void block(mlir::Value batch, mlir::Value t, mlir::Value end, const View &asked, mlir::Value row,
             const View &keySums, mlir::Value item);

private:
  int64_t rows() const { return tokens() * heads; }
  void loadQueries(mlir::Value batch, mlir::Value t);
  mlir::Value isAsked(const View &asked, mlir::Value row, mlir::Value s);
  mlir::Value keyAt(mlir::Value batch, mlir::Value t, mlir::Value place);
  void loadKeys(mlir::Value batch, mlir::Value t, mlir::Value s);
  void chooseFactors(const View &asked, mlir::Value row, mlir::Value s);
  void addQuerySums();
  void addKeySums(const View &keySums, mlir::Value item, mlir::Value s);
  void scatterKeySums(mlir::Value batch, mlir::Value t, const View &asked, mlir::Value row,
                      mlir::Value s, const View &keySums, mlir::Value item);
  void store(mlir::Value batch, mlir::Value t, mlir::Value end);

  TileShape tile;
  View query, weighted, sums;    // q, w q and u of the rows (t, j)
  View key, transposed, factors; // of one panel of keys; G
};

} // namespace dsa::cpu
