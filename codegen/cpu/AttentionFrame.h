// What attention kernels share: the operands of one op, contiguous copies of one head, and the mask
// of a tile.
#pragma once

#include "codegen/cpu/MicroKernel.h"
#include "codegen/cpu/Philox.h"
#include "codegen/cpu/Visibility.h"

namespace dsa::cpu {

/// Queries of one block: one bit each of the words that hold a selection.
inline constexpr int64_t kQueryBlock = 32;

/// The operands and attributes of a dense or sparse attention op or of its gradient.
struct AttentionOperands : Visibility {
  mlir::Value query, keys, values, indices, key;
  double scale = 1, dropout = 0;
  mlir::Block *scoreBody = nullptr; ///< null if scores enter the softmax as they are
  int64_t batches, queries, keyCount, heads, keyHeads, depth, valueDepth;

  static AttentionOperands of(mlir::Operation *op);
  int64_t blocks() const { return (queries + kQueryBlock - 1) / kQueryBlock; }
};

/// The score of a softmax where there is no key: it weighs nothing whatever else the row sees.
inline constexpr double kNoScore = -std::numeric_limits<double>::infinity();
/// Where the running maximum of a row begins: no score lies below, and differences to it are no
/// NaN.
inline constexpr double kLowestScore = -std::numeric_limits<float>::max();

/// What a score body makes of lanes of scores.
struct RevisedScores {
  mlir::Value score;
  mlir::Value slope; ///< the derivative by the raw score; null where the body yields none
};

/// Evaluates the score body of `op` on lanes of pairs. Positions and heads are vectors of i32.
RevisedScores reviseScores(KernelBuilder &b, const AttentionOperands &op, mlir::Value score,
                           mlir::Value query, mlir::Value key, mlir::Value head);
/// Whether a score, or which lanes of scores, belong to a pair that a score body has left in the
/// row.
mlir::Value isScore(KernelBuilder &b, mlir::Value score);

/// Numbers of keys, and beside each a word: bit i is set where query i of a block sees it. Without
/// words all rows see all keys.
struct ListedKeys {
  View keys, words;
  mlir::Value first; ///< flat element
};

/// Rows of queries: `count` of one head from `query` on, or those of `count` heads from `head` on
/// of the one query.
struct QueryRows {
  mlir::Value batch, head, query, count;
  bool acrossHeads = false;

  /// `size` queries from `query` on, fewer at the end.
  static QueryRows ofHead(KernelBuilder &b, mlir::Value batch, mlir::Value head, mlir::Value query,
                          int64_t size, int64_t queries);
  /// Heads from number `first` on of the `group` heads from `groupHead` on, 32 at most.
  static QueryRows ofQuery(KernelBuilder &b, mlir::Value batch, mlir::Value query,
                           mlir::Value groupHead, mlir::Value first, int64_t group);
  /// Up to 32 of these queries of one head, from row `row` on.
  QueryRows block(KernelBuilder &b, mlir::Value row) const;
  mlir::Value queryOf(KernelBuilder &b, mlir::Value row) const;
  mlir::Value headOf(KernelBuilder &b, mlir::Value row) const;
  /// The flat element at which a row of `view` [B, L, H, D] begins.
  mlir::Value start(KernelBuilder &b, const View &view, mlir::Value row) const;
  /// The number of rows from `row` on, 0 if it lies behind the last.
  mlir::Value countFrom(KernelBuilder &b, mlir::Value row) const;
};

/// Emits the parts that forward and backward share. All sizes are padded so that no tile is ragged:
/// keys to `paddedKeys` rows, columns to whole tiles; padding reads as zero. A tile is a
/// range of keys or, in forListed(), of a list.
class AttentionFrame {
public:
  AttentionFrame(KernelBuilder &b, const AttentionOperands &operands);

  const AttentionOperands &op() const { return operands; }
  TileShape tile() const { return tileShape; }
  /// `depth` rounded up to whole tile columns.
  int64_t padded(int64_t depth) const;
  int64_t paddedKeys() const;
  /// Keys handled at once; the tile of scores is keyTile() x kQueryBlock.
  int64_t keyTile() const;

  /// Phase 0 of a sparse kernel: workspace words, bit i of word (b, block, s) set where query i of
  /// the block sees key s.
  void selectionPhase();
  /// Calls body(listed) for tiles of the `count` keys of a list, `listed` of them; inside, key `s`
  /// is number s of the tile.
  void forListed(const ListedKeys &list, mlir::Value count,
                 llvm::function_ref<void(mlir::Value listed)> body);
  /// Copies the rows of the tile's first `count` keys, of the head that `rows` see of `from`
  /// [B, L, H, D].
  void copyListed(const View &from, const QueryRows &rows, mlir::Value count, const View &to);
  /// Adds the first `count` rows of `from` to the rows of the tile's keys in `to` [B, L, H, D].
  void addListed(const View &from, mlir::Value batch, mlir::Value keyHead, mlir::Value count,
                 const View &to);
  mlir::Value keyHeadOf(const QueryRows &rows);
  /// Whether a block of such rows may have fewer than 32.
  bool isRagged(const QueryRows &rows) const;
  /// The number of key `s`, i32.
  mlir::Value keyNumber(mlir::Value s);
  /// Copies rows [0, rows) of head `head` of `tensor` [B, L, H, D] to contiguous scratch,
  /// zero-padded, and asks for the rows of the next head, which is worked on next.
  void copyHead(mlir::Value tensor, mlir::Value batch, mlir::Value head, const View &to);
  /// Copies up to 32 rows, zero rows beyond the last, likewise.
  void copyQueries(mlir::Value tensor, const QueryRows &rows, const View &to);
  /// to[d][i] = factor * from[i][d].
  void transposeQueries(const View &from, const View &to, double factor);
  /// scores[s - from][i] = sum_d left[s][d] right[d][i] for keys [from, to), rounded up to whole
  /// tiles; vectors of queries that see no key of a tile are left out.
  void scores(const View &left, const View &right, mlir::Value firstQuery, mlir::Value from,
              mlir::Value to, const View &scores);
  /// Steps [from, to) of a depth, and what divides their number.
  struct Steps {
    mlir::Value from, to;
    int64_t multiple;
  };
  /// target rows [0, rows) += sum_k left(row, k) right[k] over the steps k of each tile of rows;
  /// see the .cpp for the layouts.
  void accumulate(const View &left, int64_t leftRow, int64_t leftStep, mlir::Value rows,
                  const View &right, llvm::function_ref<Steps(mlir::Value row)> steps,
                  mlir::Value rightFrom, const View &target, mlir::Value targetFrom);

  /// The first key no query of the block sees because of causality, at most keyCount.
  mlir::Value keyLimit(mlir::Value firstQuery);
  /// Of the keys [from, to): the first that none of the queries [query, query + count) is known to
  /// see, and the first that one of them may not see.
  mlir::Value reach(mlir::Value query, int64_t count, mlir::Value from, mlir::Value to);
  mlir::Value firstMasked(mlir::Value query, mlir::Value from, mlir::Value to);
  /// The keys, counted from `from`, that a tile of rows of the block sees from query `query` on.
  Steps keysOf(mlir::Value query, mlir::Value from, mlir::Value to);
  /// The queries of the block that see a tile of rows from key `key` on.
  Steps queriesOf(mlir::Value firstQuery, mlir::Value key);
  /// Mask of the lanes (rows from `column` on) that see key `s` < keyCount.
  mlir::Value sees(const QueryRows &rows, mlir::Value column, mlir::Value s);
  /// What the score body makes of the scores of key `s` for lanes of rows, `column` and on.
  RevisedScores revise(mlir::Value score, const QueryRows &rows, mlir::Value column, mlir::Value s);
  /// Calls body(s, factor) for keys [from, to): factor is the dropout factor of lanes of rows, null
  /// without dropout. Keys come in an order that depends on shapes only; carried values go
  /// through `body`.
  KernelBuilder::Carried
  forKeys(const QueryRows &rows, mlir::Value column, mlir::Value from, mlir::Value to,
          mlir::ValueRange inits,
          llvm::function_ref<KernelBuilder::Carried(mlir::Value s, mlir::Value factor,
                                                    mlir::ValueRange)>
              body);

private:
  /// Whether what a query sees is known when the loops are written: all keys up to its own number.
  bool triangular() const { return operands.causal && !operands.offset && !listed; }
  void copyRow(const View &from, mlir::Value source, const View &to, mlir::Value row);
  mlir::Value rowNumbers(const QueryRows &rows, mlir::Value column);
  void prefetchNext(const View &from, mlir::Value source);
  void clearRow(const View &to, mlir::Value row);
  void scoreTile(int64_t vectors, const View &left, const View &right, mlir::Value s,
                 mlir::Value column, const View &to, mlir::Value target);
  View selection() {
    return b.workspace(0, b.getI32Type(), {operands.batches, operands.blocks(), operands.keyCount});
  }
  KernelBuilder &b;
  AttentionOperands operands;
  TileShape tileShape;
  std::optional<ListedKeys> listed;
};

} // namespace dsa::cpu
