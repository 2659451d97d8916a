// What differs between the questions that train arms side by side: one table of data a question.
#pragma once

#include "experiments/Arms.h"
#include "experiments/Claims.h"

namespace dsa {

/// The final values that were published for one length: validation loss and accuracy, seconds per
/// step. Their validation windows overlap the training windows.
struct PublishedResult {
  int64_t length;
  double baselineLoss, sparseLoss, baselineAccuracy, sparseAccuracy, baselineSeconds, sparseSeconds;

  /// What selection changed, as a share of the loss of the baseline; negative is a gain.
  double change() const { return sparseLoss / baselineLoss - 1; }
};

/// An arm of ours that stands beside a published row: the baseline beside theirs, any other beside
/// their sparse attention.
struct PublishedPair {
  llvm::StringRef attention, arm;
};

/// What a preset makes of the network and of the time it trains.
struct PresetSize {
  std::vector<int64_t> lengths;
  int64_t steps, evaluateEvery;
  int64_t batch, updateTokens; ///< As in StudySettings.
  int64_t width, layers, expertWidth;
};

/// One question. `paper` is the published configuration.
struct Comparison {
  llvm::StringRef name;     ///< Of the question, of its folder and in its summary.
  llvm::StringRef title;    ///< Of the report.
  llvm::StringRef purpose;  ///< What it trains and judges, for --help.
  llvm::StringRef examples; ///< For --help.
  std::vector<Arm> arms;    ///< In the order of tables; the first is the baseline of all others.
  PresetSize quick, paper;
  int64_t widthUnit;                      ///< The network's columns are a multiple of it.
  std::vector<PublishedResult> published; ///< By length, ascending.
  std::vector<PublishedPair> beside;
  llvm::StringRef besideNote;                   ///< What the published table can and cannot bear.
  int64_t publishedParameters;                  ///< Of the baseline, at the published vocabulary.
  double publishedIndexerShare;                 ///< Of them, said to be added by the indexer.
  std::vector<Claim (*)(const Study &)> claims; ///< The first one is what the lead is about.
  llvm::StringRef reproducedLead, refutedLead, unsupportedLead; ///< By its verdict.

  const Arm &baseline() const { return arms.front(); }
  /// The arm called `name`, or null.
  const Arm *find(llvm::StringRef name) const;
  /// The arm called `name`, which must be one.
  const Arm &arm(llvm::StringRef name) const;
  std::vector<std::string> armNames() const;
  /// The published result of the length that is nearest to `length`.
  const PublishedResult &publishedNear(int64_t length) const;
  /// Whether `settings` train the published network, whatever its vocabulary.
  bool isPublishedNetwork(const StudySettings &settings) const;
};

/// The published sparse-versus-classic experiment.
const Comparison &sparseVsClassic();
/// The published experiment with selection on top of latent attention.
const Comparison &latentSparse();

/// The comparison called `name`, or null.
const Comparison *findComparison(llvm::StringRef name);
/// The comparison that `settings` are of, which must be one.
const Comparison &comparisonOf(const StudySettings &settings);

} // namespace dsa
