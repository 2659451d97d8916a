// The description of one network: a JSON file as a struct, every field checked.
#pragma once

#include "runtime/DType.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dsa {

/// How a query finds its keys.
enum class AttentionKind {
  Dense,     ///< all s <= t
  Sparse,    ///< the k best s <= t by index score
  Published, ///< the k best of all s with future scores set to -1e9, no mask: leaks, kept as a
             ///< regression oracle
  Window     ///< the last k, without an indexer
};

/// The lightning indexer of sparse attention.
struct IndexerConfig {
  int64_t heads = 4;
  int64_t width = 64;
  double scale = 1.0; ///< multiplies every score
  int64_t rope = 0; ///< leading columns of queries and keys that turn with their position, (i, i +
                    ///< rope / 2) together; 0 means none
  bool trained = false; ///< by a loss of its own; else it stays as it was initialised
};

/// Latent attention in the place of heads with keys and values of their own.
struct LatentConfig {
  int64_t rank = 64;     ///< columns of the latent row that keys and values are made of
  int64_t queryRank = 0; ///< columns that queries are made of; 0 means of the block input itself
  int64_t nope = 0;      ///< columns of a query and key that know no position; 0 is legal
  int64_t rope = 64;     ///< columns that turn with the position, one key for all heads
  int64_t value = 64;    ///< columns of a head's output
};

/// What is done to rotary positions beyond the length that a model was trained on.
struct RopeScalingConfig {
  enum class Kind { Linear, Dynamic, Yarn };
  Kind kind = Kind::Linear;
  double factor = 1.0;
  int64_t originalLength = 4096; ///< of the training, for dynamic and yarn
  double betaFast = 32.0;        ///< yarn: pairs that turn more often over it keep their frequency
  double betaSlow = 1.0;         ///< yarn: pairs that turn less often over it are slowed in full
  double mscale = 1.0;           ///< yarn: growth of the turned columns with the factor
  double mscaleAllDim = 0.0;     ///< yarn: growth of all scores instead, through the softmax scale
};

/// The mixture of experts of every block. An expert is linear, silu, linear.
struct MoeConfig {
  int64_t experts = 4;
  int64_t active = 2;               ///< experts per token
  int64_t width = 512;              ///< of an expert's hidden layer
  double routerNoise = 0.1;         ///< standard deviation, training only
  double balanceCoefficient = 0.01; ///< inside each layer's balance loss
};

/// One network. Widths are in columns, `vocab`, `length` and `batch` are defaults that a tool may
/// override.
struct ModelConfig {
  std::string name = "model";
  int64_t vocab = 49152;
  int64_t length = 128;
  int64_t batch = 16;
  int64_t width = 256;
  int64_t layers = 4;
  int64_t heads = 8;
  AttentionKind attention = AttentionKind::Dense;
  std::optional<int64_t> k; ///< selected keys per query; absent means `kFraction` of the length
  double kFraction = 0.5;   ///< used when `k` is absent; the product is rounded down, at least 1
  IndexerConfig indexer;
  std::optional<LatentConfig> latent; ///< absent means keys and values of every head
  MoeConfig moe;
  double dropout = 0.1;          ///< attention probabilities, both residual branches, expert hidden
  double normEps = 1.1920929e-7; ///< the machine epsilon of f32
  double ropeBase = 10000.0;
  std::optional<RopeScalingConfig> ropeScaling;
  double balanceWeight = 0.01; ///< of the sum of all layers' balance losses in the minimised loss
  DType dtype = DType::F32;    ///< of activations and of the weights that they meet, F32 or BF16

  /// Whether an indexer chooses the keys.
  bool hasIndexer() const {
    return attention == AttentionKind::Sparse || attention == AttentionKind::Published;
  }
  /// Selected keys per query at the current length.
  int64_t selectedKeys() const;
  /// Columns of a query or key that rotary positions turn.
  int64_t rotatedColumns() const { return latent ? latent->rope : width / heads; }
  /// One sentence about the first value that no network can have, or success.
  llvm::Error validate() const;
};

/// Reads a description. An unknown field, a wrong type or an impossible value is an error that
/// names the field, what was expected and what was found.
llvm::Expected<ModelConfig> parseModelConfig(llvm::StringRef text);

/// Reads the description in a file. Errors name the file.
llvm::Expected<ModelConfig> loadModelConfig(llvm::StringRef path);

/// The description as JSON: `parseModelConfig` of it gives the same struct.
llvm::json::Value toJson(const ModelConfig &config);

/// "dense", "sparse", "sparse-published" or "window".
llvm::StringRef attentionName(AttentionKind kind);

} // namespace dsa
