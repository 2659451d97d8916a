// One row of an index loss at a time: the keys of its support, their scores and their shares.
#pragma once

#include "codegen/cpu/Visibility.h"

#include "llvm/Support/MathExtras.h"

namespace dsa::cpu {

/// The places of one row in scratch: scores and shares of the target, padded to whole vectors.
struct SupportRows : Visibility {
  KernelBuilder &b;
  mlir::Value scores, indices;
  int64_t batches, queries, keys, places;
  IndexScoresOp producer; ///< what makes the scores inside the kernel, or null
  View score = {}, share = {}, panel = {}, tile = {};
  mlir::Value tileStart = {}; ///< the first query of `tile`

  template <typename Op> static SupportRows of(KernelBuilder &b, Op op) {
    llvm::ArrayRef<int64_t> shape = op.getScores().getType().getShape();
    int64_t places = op.getIndices() ? op.getIndices().getType().getShape()[2] : shape[2];
    return {{op.getQueryOffset(), op.getQuerySegments(), op.getKeySegments(), op.getCausal()},
            b,
            op.getScores(),
            op.getIndices(),
            shape[0],
            shape[1],
            shape[2],
            places,
            op.getScores().template getDefiningOp<IndexScoresOp>()};
  }

  int64_t paddedPlaces() const { return llvm::alignTo(places, (producer ? 2 : 1) * b.lanes()); }

  /// Whether the kernel makes the scores of all keys.
  bool scoresKeys() const { return producer && !indices; }

  /// The phase that packs the keys of the indexer, where the kernel makes the scores of all of
  /// them; workspaces 6 and 7.
  void packPhase();

  /// Scratch for one row, or for the rows of one tile of scores, in the phase that is being
  /// emitted.
  void allocate();

  /// Calls `body(t)` for queries [from, to) of a sequence; it may read row t.
  void forRows(mlir::Value batch, mlir::Value from, mlir::Value to,
               llvm::function_ref<void(mlir::Value t)> body);

  /// The last key that causality lets query `t` see, as i32.
  mlir::Value reach(mlir::Value t);

  /// Which of the lanes of keys from `column` on row (batch, t) sees, of those that `mask` leaves;
  /// a null mask is all.
  mlir::Value seenLanes(mlir::Value batch, mlir::Value t, mlir::Value column, mlir::Value mask);

  /// Reads row (batch, t); `shareAt` gives the shares of lanes of keys from `column` on.
  void readKeys(mlir::Value batch, mlir::Value t,
                llvm::function_ref<mlir::Value(mlir::Value column, mlir::Value mask)> shareAt);

  /// Whether the position of a row alone says that it sees a key.
  bool positionTells() const { return !indices && !querySegments; }

  /// The number of the key that row (batch, t) selects at a place; any key's beyond the last one
  /// and where there is none.
  mlir::Value keyAt(mlir::Value batch, mlir::Value t, mlir::Value place);

  /// Leaves the scores of all places of row (batch, t) in `score`, any where there is no key.
  void scoreSelected(mlir::Value batch, mlir::Value t);

  /// Reads row (batch, t) of a selection; `shareAt` gives the share of a place and its key.
  void readSelected(mlir::Value batch, mlir::Value t,
                    llvm::function_ref<mlir::Value(mlir::Value place, mlir::Value s)> shareAt);

  /// Folds whole vectors of places into one value a lane.
  mlir::Value fold(mlir::Value init,
                   llvm::function_ref<mlir::Value(mlir::Value at, mlir::Value carried)> body);

  mlir::Value largestScore();

  /// Which of a vector of scores belong to a key.
  mlir::Value isPlace(mlir::Value z);

  /// exp(score - top) of a vector of places, 0 where there is no key.
  mlir::Value weightAt(mlir::Value at, mlir::Value top);

  mlir::Value sumOfWeights(mlir::Value top);

  mlir::Value sumOfShares();

  /// `value`, or 1 where it is not positive.
  mlir::Value orOne(mlir::Value value);

  /// 1 for each row of the workspace whose support holds a key, else 0.
  View hasKey() { return b.workspace(0, b.getF32Type(), {batches, queries}); }

  /// Notes whether row (batch, t) sees a key: by its largest score `top`, null where its position
  /// tells.
  void noteKey(mlir::Value batch, mlir::Value t, mlir::Value top);

  /// The same where segments tell, without any score.
  void noteVisible(mlir::Value batch, mlir::Value t);

  /// The same for a selection, by its indices alone.
  void noteSelected(mlir::Value batch, mlir::Value t);

  /// Leaves the scores of the queries of a tile from `first` on in `tile`, for every key that
  /// causality lets one of them see.
  void scoreKeys(mlir::Value batch, mlir::Value first);

  /// The sum over all rows of `view` [batches, queries], in double and in order.
  mlir::Value sumOfRows(const View &view);
};

} // namespace dsa::cpu
