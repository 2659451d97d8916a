// The writer of random graphs: what it has written so far, and one method for each group of ops.
#pragma once

#include "frontend/Graph.h"
#include "frontend/RandomGraph.h"

#include <array>
#include <random>

namespace dsa {

/// The most elements of a value that a graph multiplies further.
inline constexpr int64_t kMostElements = 1 << 13;

/// A float value to build on.
struct RandomNode {
  mlir::Value value;
  double magnitude = 1; ///< what its elements are about
  int factors = 0;      ///< of dyadic numbers that an element is a sum of products of; 0: rounded
};

/// Indices [B, Lq, k] of keys among `keys`.
struct RandomSelection {
  mlir::Value indices;
  int64_t keys;
};

/// Writes one graph: each method that `kRecipes` lists draws operands among earlier values or new
/// arguments, and keeps what it computes.
class RandomGraphWriter {
public:
  RandomGraphWriter(mlir::ModuleOp module, const RandomGraphOptions &options)
      : graph(module, "graph"), random(options.seed), options(options),
        dyadic(options.seed % 2 == 0) {}
  mlir::func::FuncOp write();

private:
  using Shape = llvm::SmallVector<int64_t>;
  using Accepts = llvm::function_ref<bool(const RandomNode &)>;

  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  template <typename T> T oneOf(std::initializer_list<T> choices) {
    return choices.begin()[between(0, choices.size() - 1)];
  }
  int64_t extent();
  Shape randomShape(int64_t rank);

  RandomNode argument(llvm::ArrayRef<int64_t> shape);
  mlir::Value integers(llvm::ArrayRef<int64_t> shape, int64_t low, int64_t high);
  RandomNode find(Accepts accepts, llvm::ArrayRef<int64_t> otherwise);
  RandomNode any(int64_t minRank, int64_t maxRank);
  RandomNode shaped(llvm::ArrayRef<int64_t> shape);
  RandomNode exact(llvm::ArrayRef<int64_t> shape);
  RandomNode tame(RandomNode node);
  void keep(mlir::Value value, double magnitude, int factors);
  void observe(mlir::Value value) { observed.push_back(value); }
  AttentionMask mask(int64_t batch, int64_t queries, int64_t keys);
  RandomSelection selection();
  mlir::Value revisedScore(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange pair);
  std::array<RandomNode, 3> queryKeysValues(llvm::ArrayRef<int64_t> outer, int64_t keys);
  bool isTrainable(mlir::Value value);

  void embedding();
  void linear();
  void rmsNorm();
  void rope();
  void pointwise();
  void map();
  void dropout();
  void slices();
  void reshape();
  void indexScores();
  void indexLoss();
  mlir::Value imitatingScores(llvm::ArrayRef<int64_t> shape);
  void topK();
  void window();
  void gather();
  void attention();
  void sparseAttention();
  void headLinear();
  void latentAttention();
  void experts();
  void crossEntropy();
  void argmax();
  void headLoss(RandomNode node);
  void train();
  void returnValues();

  static constexpr void (RandomGraphWriter::*kRecipes[])() = {
      &RandomGraphWriter::embedding,  &RandomGraphWriter::linear,
      &RandomGraphWriter::linear,     &RandomGraphWriter::rmsNorm,
      &RandomGraphWriter::rope,       &RandomGraphWriter::pointwise,
      &RandomGraphWriter::pointwise,  &RandomGraphWriter::pointwise,
      &RandomGraphWriter::dropout,    &RandomGraphWriter::slices,
      &RandomGraphWriter::reshape,    &RandomGraphWriter::indexScores,
      &RandomGraphWriter::indexLoss,  &RandomGraphWriter::topK,
      &RandomGraphWriter::window,     &RandomGraphWriter::gather,
      &RandomGraphWriter::attention,  &RandomGraphWriter::sparseAttention,
      &RandomGraphWriter::headLinear, &RandomGraphWriter::latentAttention,
      &RandomGraphWriter::experts,    &RandomGraphWriter::crossEntropy,
      &RandomGraphWriter::argmax,     &RandomGraphWriter::map};

  Graph graph;
  std::mt19937_64 random;
  RandomGraphOptions options;
  bool dyadic;
  std::vector<RandomNode> nodes;
  std::vector<RandomSelection> selections;
  std::vector<mlir::Value> rankable; ///< scores that only a top-k can stand: some are not finite
  std::vector<mlir::Value> observed, losses;
  int64_t names = 0;
};

} // namespace dsa
