// The facts of the causality proof: which tokens each value has seen, per tracked token axis.
#pragma once

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <limits>
#include <optional>

namespace mlir::tensor {
class ConcatOp;
class ExtractSliceOp;
} // namespace mlir::tensor

namespace dsa {

/// Where later tokens entered a fact, for the rejection: the op, why it let them in (a literal),
/// and the selection it followed, if any. No op: the tokens were in the input from the start.
struct Cause {
  mlir::Operation *op = nullptr;
  llvm::StringRef why;
  mlir::Operation *selection = nullptr;
};

/// The last token seen, or nothing. Relative to a row (token t + last) or absolute, as its owner
/// says.
struct Bound {
  static constexpr int64_t kNothing = std::numeric_limits<int64_t>::min();

  int64_t last = kNothing;
  bool exact = false; ///< that token and no other
  Cause cause;

  bool any() const { return last != kNothing; }
  /// The union of both; of equal bounds the cause that comes first in the program stays.
  void join(const Bound &other);
  /// This bound moved by `tokens`; nothing stays nothing.
  Bound shifted(int64_t tokens) const;
  /// This bound with `reader` to blame if nothing is yet: the places of a dispatch are no leak
  /// until read.
  Bound blaming(Cause reader) const;
};

/// What a row t at position home + t of its sequence has seen: the tokens up to t + reach.last,
/// and, whatever the row, the tokens up to everywhere.last.
struct Sight {
  Bound reach, everywhere;
  int64_t home = 0;

  void join(const Sight &other);
  /// Adds what the row sees by reading the `count` rows of `keys` with s <= t + *last, or all of
  /// them.
  void lookAt(const Sight &keys, int64_t count, std::optional<int64_t> last, Cause cause);
};

/// One token axis of a value: the element with row-major number n belongs to row n / stride %
/// length. Numbers survive every reshape, so an axis merged with the batch stays tracked.
struct TokenAxis {
  int64_t stride, length, home;
  Bound reach;
};

/// All that is known of one value. No axis: none; one: own (exact) or past; two: a pair (t, s).
/// `everywhere` is what every element has seen whatever its row: all. Under a permutation (a
/// dispatch op) the facts are those of the token rows before that op reordered them.
struct TokenFact {
  llvm::SmallVector<TokenAxis, 2> axes;
  Bound everywhere;
  mlir::Operation *permutation = nullptr;

  bool any() const { return !axes.empty() || everywhere.any(); }
  void join(const TokenAxis &axis);
  /// The union of both. Facts under different permutations see everything of each other, because of
  /// `op`.
  void join(const TokenFact &other, mlir::Operation *op);
  /// The last token that any element has seen, with `cause` where an axis is given up for it.
  Bound widest(Cause cause) const;
  /// This fact for an element that reads the whole value.
  TokenFact widened(Cause cause) const;
  /// The lattice element in words: `none`, `own(t + 1)`, `past(t)`, `pair(own(t), own(s))`,
  /// `all(7)`.
  void print(llvm::raw_ostream &os) const;
};

/// Facts about the values of one function, filled in program order by `transfer`.
class TokenFlow {
public:
  /// `tokens` is the tracked argument [B, N]: element (b, s) is token s.
  explicit TokenFlow(mlir::BlockArgument tokens);

  /// Sets the facts of the results of `op`. An op that says nothing of its flow sees everything it
  /// reads.
  void transfer(mlir::Operation *op);

  const TokenFact &fact(mlir::Value value) const;
  void set(mlir::Value value, TokenFact fact) { facts[value] = std::move(fact); }

  /// An index set also has a range: row t holds only keys s <= t + range. Nothing: it may hold any
  /// key.
  std::optional<int64_t> range(mlir::Value indices) const;
  void setRange(mlir::Value indices, int64_t last) { ranges[indices] = last; }

  /// Every element of a result sees the elements at its own place in operands of its shape, and all
  /// of any other operand.
  void elementwise(mlir::Operation *op);
  /// Each of the `rows` rows of a result sees the same row of `inputs` and all of `shared`.
  /// A result with fewer elements than rows sees everything.
  void rowwise(mlir::Operation *op, int64_t rows, mlir::ValueRange inputs,
               mlir::ValueRange shared = {});
  /// Every element of every result sees every operand.
  void mix(mlir::Operation *op, llvm::StringRef why);

  /// The fact of `value` read as `rows` rows, for a result whose rows are `width` wide.
  TokenFact rowFact(mlir::Value value, int64_t rows, int64_t width, mlir::Operation *op) const;
  /// What the slices of `value` along `dim` see; axes elsewhere count as seen whole because of
  /// `op`, except one along `ignored`.
  Sight along(mlir::Value value, unsigned dim, mlir::Operation *op,
              std::optional<unsigned> ignored = std::nullopt) const;
  /// Gives `value` one axis of `length` rows, `stride` elements apart.
  void setRows(mlir::Value value, int64_t stride, int64_t length, const Sight &sight);

private:
  void slice(mlir::tensor::ExtractSliceOp op);
  void concat(mlir::tensor::ConcatOp op);

  llvm::DenseMap<mlir::Value, TokenFact> facts;
  llvm::DenseMap<mlir::Value, int64_t> ranges;
};

} // namespace dsa
