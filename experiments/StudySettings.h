// How often, at what rate and on what every arm of a comparison is trained; also as JSON.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dsa {

struct StudySettings {
  std::string question = "sparse-vs-classic";
  std::string preset;
  std::vector<std::string> arms;
  std::vector<int64_t> lengths;
  int64_t seeds = 1;      ///< Runs of an arm at one length.
  int64_t firstSeed = 42; ///< Their seeds are this one and those that follow.
  int64_t steps = 0;
  int64_t batch = 0;        ///< Windows per update.
  int64_t updateTokens = 0; ///< Longer windows make it fewer, down to one; 0 means never.
  int64_t accumulate = 1;   ///< Parts in which the windows of an update are computed.
  int64_t evaluateEvery = 0, heldOutWindows = 0;
  std::string optimizer = "adam";
  double rate = 0;
  double weightDecay = 0; ///< Of AdamW.
  int64_t warmup = 0;
  bool cosine = false;
  std::optional<double> clip;
  int64_t indexerSteps = 0; ///< That train the indexer alone, beside `steps`.
  double dropout = 0.1;
  int64_t width = 256, layers = 4; ///< Of the network.
  int64_t expertWidth = 0;         ///< Of an expert's hidden layer; 0 means as published.
  std::string dtype = "f32";       ///< Of activations and of the weights that they meet.
  std::string init;
  std::string corpus;
  int64_t tokenLimit = 0; ///< Only so many tokens of the corpus are used; 0 means all.
  int64_t vocabulary = 0; ///< Rows of the embedding.
  std::string split;
  int64_t threads = 0; ///< The one setting that no result depends on.
  std::string target;

  /// Windows per update at `length`.
  int64_t batchAt(int64_t length) const;

  /// The seeds in turn.
  std::vector<int64_t> seedList() const;
};

/// Every field under its name as a setting.
llvm::json::Object toJson(const StudySettings &settings);

/// The inverse; a missing, unknown or ill-typed field is an error that names it, and so is a
/// question or an arm that does not exist. What older experiments did not know may be missing.
llvm::Expected<StudySettings> parseStudySettings(llvm::StringRef text);

/// Success if a study that began as `begun` may go on as `now`: all settings are equal but the
/// number of threads. The error names the first one that differs.
llvm::Error compareSettings(const StudySettings &begun, const StudySettings &now);

} // namespace dsa
