// The settings of the question sparse-versus-classic: presets and options.
#pragma once

#include "experiments/Options.h"
#include "experiments/StudySettings.h"
#include "experiments/TraceFile.h"

namespace dsa {

/// Where and how safely a study is written, beside what it does.
struct SparseVsClassicOptions {
  StudySettings settings;
  std::string folder = "experiments/results/sparse-vs-classic";
  std::string cache = ".cache"; ///< Of compiled kernels and tokenizers; may be deleted at any time.
  TraceFile trace = {};
  std::string resume = {}; ///< The folder of an experiment to go on with; empty for a new one.
  int64_t checkpointEvery = 100; ///< Updates between two checkpoints of a run.
  int64_t keep = 2;              ///< Checkpoints of a run that are not removed.
  bool help = false;
};

/// "quick": the published network made small enough for five minutes on two cores, with a sound
/// initialisation and schedule. "paper": the published configuration.
StudySettings presetSettings(llvm::StringRef preset);

/// Declares every option on `options`, which writes into `result`.
void declareOptions(Options &options, SparseVsClassicOptions &result);

/// The preset named by `arguments`, or the settings of the experiment that they resume, with every
/// other option applied on top. Errors: an unknown option or word, a number out of range, options
/// that contradict each other, a folder without an experiment.
llvm::Expected<SparseVsClassicOptions>
parseSparseVsClassic(llvm::ArrayRef<llvm::StringRef> arguments);

/// The text of `dsa-lab sparse-vs-classic --help`.
std::string sparseVsClassicHelp();

} // namespace dsa
