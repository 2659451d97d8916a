// The settings of the question sparse-versus-classic: presets and options.
#pragma once

#include "experiments/Options.h"
#include "experiments/Study.h"
#include "experiments/TraceFile.h"

namespace dsa {

/// Where a study is written, beside what it does.
struct SparseVsClassicOptions {
  StudySettings settings;
  std::string folder = "experiments/results/sparse-vs-classic";
  std::string cache = ".cache"; ///< Of compiled kernels and tokenizers; may be deleted at any time.
  TraceFile trace = {};
  bool help = false;
};

/// "quick": the published network made small enough for five minutes on two cores, with a sound
/// initialisation and schedule. "paper": the published configuration.
StudySettings presetSettings(llvm::StringRef preset);

/// Declares every option on `options`, which writes into `result`.
void declareOptions(Options &options, SparseVsClassicOptions &result);

/// The preset named by `arguments` with every other option applied on top. Errors: an unknown
/// option or word, a number out of range.
llvm::Expected<SparseVsClassicOptions>
parseSparseVsClassic(llvm::ArrayRef<llvm::StringRef> arguments);

/// The text of `dsa-lab sparse-vs-classic --help`.
std::string sparseVsClassicHelp();

} // namespace dsa
