// The selected keys of a block of queries, sorted into those that many of its queries share and
// those that a query has almost to itself.
#pragma once

#include "codegen/cpu/AttentionFrame.h"

namespace dsa::cpu {

/// Which queries of a block see each key of a selection. A key that a third of them see costs less
/// as a row of a dense tile, which computes all 32 scores, than gathered once by each of them.
class KeyLists {
public:
  KeyLists(KernelBuilder &b, const AttentionOperands &op) : b(b), op(op) {}

  /// Numbers of keys, ascending, `count` of them from flat element `first` of `keys` on. What
  /// follows them, up to a whole vector, are numbers of keys too.
  struct Own {
    View keys;
    mlir::Value first, count;
  };
  struct Shared {
    ListedKeys list;
    mlir::Value count;
  };

  /// Makes the lists of all blocks: workspace of O(queries * selected keys), scratch of one word a
  /// key. Unless `shares`, all keys that a query sees are its own.
  void phase(bool shares);
  Shared shared(mlir::Value batch, mlir::Value firstQuery);
  Own own(mlir::Value batch, mlir::Value t);
  /// Queries whose own keys are visited together.
  static constexpr int64_t kQueries = 256;
  /// Calls body(row, list) for rows of one head, kQueries at most, and the parts of their own lists
  /// that lie within one range of `keysAtOnce` keys after the other: the rows of a range then stay
  /// near while all queries pass.
  void forOwn(const QueryRows &rows, int64_t keysAtOnce,
              llvm::function_ref<void(mlir::Value row, const Own &list)> body);
  /// An upper bound of the count of an own list, in whole vectors.
  int64_t ownPlaces() const;

private:
  int64_t selected() const;
  int64_t sharedPlaces() const;
  View ownKeys(), ownCounts(), sharedKeys(), sharedWords(), sharedCounts();
  void collect(const View &members, mlir::Value batch, mlir::Value first, mlir::Value t);
  mlir::Value leastShared(const View &members);
  void share(const View &members, mlir::Value least, mlir::Value batch, mlir::Value block);
  void listOwn(const View &members, mlir::Value least, mlir::Value batch, mlir::Value first,
               mlir::Value t);
  KernelBuilder &b;
  const AttentionOperands &op;
};

} // namespace dsa::cpu
