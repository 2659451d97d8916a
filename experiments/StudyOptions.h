// Presets and options of the questions that train arms side by side.
#pragma once

#include "experiments/Comparison.h"
#include "experiments/Options.h"
#include "experiments/TraceFile.h"

namespace dsa {

/// Where and how safely a study is written, beside what it does.
struct StudyOptions {
  StudySettings settings;
  std::string folder;
  std::string cache = ".cache"; ///< Of compiled kernels and tokenizers; may be deleted at any time.
  TraceFile trace = {};
  std::string resume = {}; ///< The folder of an experiment to go on with; empty for a new one.
  int64_t checkpointEvery = 100; ///< Updates between two checkpoints of a run.
  int64_t keep = 2;              ///< Checkpoints of a run that are not removed.
  bool help = false;
};

/// "quick": the published network made small enough for five minutes on two cores, with a sound
/// initialisation and schedule. "paper": the published configuration.
StudySettings presetSettings(const Comparison &comparison, llvm::StringRef preset);

/// The preset named by `arguments`, or the settings of the experiment that they resume, with every
/// other option applied on top. Errors: an unknown option or word, a number out of range, options
/// that contradict each other, a folder without an experiment or with one of another question.
llvm::Expected<StudyOptions> parseStudyOptions(const Comparison &comparison,
                                               llvm::ArrayRef<llvm::StringRef> arguments);

/// The text of `dsa-lab QUESTION --help`.
std::string studyHelp(const Comparison &comparison);

} // namespace dsa
