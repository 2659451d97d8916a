// A thin builder that writes dsa ops straight into a module: there is no second representation.
#pragma once

#include "dialect/Dialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/StringMap.h"

#include <array>
#include <optional>
#include <string>

namespace dsa {

/// Which keys a query may see. The two segment tensors ([B, Lq] and [B, Lk], i32) come together or
/// not at all.
struct AttentionMask {
  bool causal = true;
  mlir::Value queryOffset = {};   ///< tensor<i32>: position of the first query; null means 0
  mlir::Value querySegments = {}; ///< document number of every query
  mlir::Value keySegments = {};   ///< document number of every key
};

/// Rotary positions: pairs of `width` columns from `first` on turn by `base^(-2i / width)` per
/// position, the slow ones of them less by `factor`; see `dsa.rope`.
struct Rotation {
  RopePairing pairing = RopePairing::Interleaved;
  double base = 10000.0;
  int64_t first = 0;
  int64_t width = 0;               ///< 0 means all columns
  mlir::Value positionOffset = {}; ///< tensor<i32>; null means 0
  double factor = 1.0;
  std::optional<std::array<int64_t, 2>> ramp = {}; ///< absent means that all pairs turn less
  double magnitude = 1.0;                          ///< of the turned columns
};

/// What latent attention reads; shapes as in `dsa.latent_attention`.
struct LatentOperands {
  mlir::Value query, latent, ropeKey, upWeight;
  mlir::Value indices = {}; ///< the selected keys of every query; null means all
};

/// Writes one function. Arguments are appended when they are first asked for, ops at the end of the
/// body, and every op that draws random numbers gets a stream of its own. A method has the name of
/// its op.
class Graph {
public:
  /// Appends the empty function `name` to `module`; the dialects it needs are loaded.
  Graph(mlir::ModuleOp module, llvm::StringRef name);

  /// Prefixes the names of parameters and the locations of ops until it is destroyed.
  class [[nodiscard]] Scope {
  public:
    Scope(Graph &graph, const llvm::Twine &name);
    ~Scope();
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

  private:
    Graph &graph;
    size_t outerLength;
  };

  /// A new argument with role "input".
  mlir::Value input(llvm::StringRef name, llvm::ArrayRef<int64_t> shape, mlir::Type element);
  /// The f32 argument with role "parameter" called `<scopes>.name`, of `group` unless that is
  /// empty. Asking again gives the same argument.
  mlir::Value parameter(llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                        llvm::StringRef group = {});
  /// The tensor<i64> argument that all random streams share.
  mlir::Value seed();
  /// The tensor<i64> argument that counts training steps from 1.
  mlir::Value step();
  /// The tensor<f32> argument with the rate of this step.
  mlir::Value learningRate();

  /// Declares a result of the function.
  void result(llvm::StringRef name, mlir::Value value);
  /// Declares a scalar result that a training step minimises with the given weight, to train the
  /// parameters of `group`.
  void minimize(llvm::StringRef name, mlir::Value value, double weight = 1.0,
                llvm::StringRef group = {});
  /// The function under construction, for attributes; it verifies only after `finish`.
  mlir::func::FuncOp function() { return func; }
  /// Writes the return. No op may follow.
  mlir::func::FuncOp finish();

  /// Columns, heads or tokens [first, first + size) of one axis.
  mlir::Value slice(mlir::Value value, int64_t axis, int64_t first, int64_t size);
  /// The last axis as `outer` rows of equal length: [..., n] -> [..., outer, n / outer].
  mlir::Value splitLast(mlir::Value value, int64_t outer);
  /// The last two axes as one.
  mlir::Value mergeLast(mlir::Value value);
  /// The columns of both, one after the other.
  mlir::Value joinLast(mlir::Value left, mlir::Value right);
  /// All axes but the last as one: [..., n] -> [rows, n].
  mlir::Value flattenRows(mlir::Value value);
  /// The inverse of `flattenRows`: the rows again have the shape `outer`.
  mlir::Value unflattenRows(mlir::Value value, llvm::ArrayRef<int64_t> outer);

  mlir::Value embedding(mlir::Value table, mlir::Value ids);
  mlir::Value linear(mlir::Value input, mlir::Value weight);
  mlir::Value rmsNorm(mlir::Value input, mlir::Value gain, double eps);
  mlir::Value rope(mlir::Value input, const Rotation &rotation);
  mlir::Value silu(mlir::Value input);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value scale(mlir::Value input, double factor);
  /// With the element type of `input` the input itself.
  mlir::Value cast(mlir::Value input, mlir::Type element);
  mlir::Value detach(mlir::Value input);
  /// Writes a body of numbers, of a `dsa.map` from an element of each input, and returns what it
  /// yields.
  using MapBody =
      llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange elements)>;
  mlir::Value map(mlir::ValueRange inputs, MapBody body);
  /// With p = 0 the input itself. `rows` numbers the rows of a permuted input by their logical
  /// place.
  mlir::Value dropout(mlir::Value input, double p, mlir::Value rows = {});
  CrossEntropyOp crossEntropy(mlir::Value logits, mlir::Value targets);
  mlir::Value argmax(mlir::Value input);

  mlir::Value indexScores(mlir::Value query, mlir::Value key, mlir::Value weight,
                          double scale = 1.0);
  mlir::Value fillFuture(mlir::Value scores, double value, mlir::Value queryOffset = {});
  mlir::Value topK(mlir::Value scores, int64_t k, const AttentionMask &mask);
  /// The last k of `keys` keys for each of `queries` rows of `batch` sequences.
  mlir::Value window(int64_t batch, int64_t queries, int64_t k, int64_t keys,
                     mlir::Value queryOffset = {});
  /// Null `indices` mean every key that `mask` shows.
  IndexKlOp indexKl(mlir::Value scores, mlir::Value query, mlir::Value keys, mlir::Value lse,
                    mlir::Value indices, double scale, const AttentionMask &mask);
  mlir::Value gather(mlir::Value input, mlir::Value indices);
  /// `score`, if it is not null, writes the score body from the score of a pair, the positions of
  /// its query and key, and the query head.
  AttentionOp attention(mlir::Value query, mlir::Value keys, mlir::Value values, double scale,
                        double dropout, const AttentionMask &mask, MapBody score = nullptr);
  SparseAttentionOp sparseAttention(mlir::Value query, mlir::Value keys, mlir::Value values,
                                    mlir::Value indices, double scale, double dropout,
                                    const AttentionMask &mask, MapBody score = nullptr);

  mlir::Value headLinear(mlir::Value input, mlir::Value weight, bool transposed);
  mlir::Value shareHeads(mlir::Value input, int64_t heads);
  mlir::Value sumHeads(mlir::Value input);
  /// The form is left to the compiler.
  LatentAttentionOp latentAttention(const LatentOperands &operands, double scale, double dropout,
                                    const AttentionMask &mask);

  /// Noise is the standard deviation of what is added to the logits; with 0 no stream is drawn.
  RouteOp route(mlir::Value logits, int64_t k, double noise);
  DispatchOp dispatch(mlir::Value input, mlir::Value experts, int64_t numExperts);
  mlir::Value groupedLinear(mlir::Value input, mlir::Value weight, mlir::Value offsets);
  mlir::Value combine(mlir::Value rows, mlir::Value weights, mlir::Value positions);
  mlir::Value balanceLoss(mlir::Value probabilities, mlir::Value experts, double coefficient);

private:
  /// Names the open scopes, so that a remark about an op says which block it is in.
  mlir::Location location();
  mlir::Value argument(llvm::StringRef role, llvm::StringRef name, llvm::ArrayRef<int64_t> shape,
                       mlir::Type element);
  /// The key of the next unused random stream of this function.
  mlir::Value randomKey();

  mlir::func::FuncOp func;
  mlir::OpBuilder builder;
  std::string path;                       ///< of the open scopes, dots between
  llvm::StringMap<mlir::Value> arguments; ///< by name, for `parameter` and the scalars
  llvm::SmallVector<mlir::Value> results;
  llvm::SmallVector<mlir::NamedAttrList> resultAttributes;
  int64_t nextStream = 0;
};

} // namespace dsa
