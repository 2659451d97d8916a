// The ways to attend that a comparison sets side by side.
#pragma once

#include "experiments/StudySettings.h"
#include "models/Config.h"

namespace dsa {

/// One way to attend.
struct Arm {
  llvm::StringRef name;
  llvm::StringRef meaning;    ///< For a report, a noun phrase.
  llvm::StringRef model;      ///< Its description in models/configs, without ".json".
  llvm::StringRef color;      ///< In every figure.
  bool observes = false;      ///< An indexer selects, and its health is a metric.
  bool trainsIndexer = false; ///< By its index loss, in the stages that the method describes.
  bool leaks = false;         ///< Its selection sees the future, so a run must acknowledge that.
  bool aside = false;         ///< More than the selection differs from the first arm: only claims
                              ///< that name it compare it.
};

/// The description of `arm` as it is published, or an error that names its file.
llvm::Expected<ModelConfig> loadArmModel(const Arm &arm);

/// The network of `arm` at `length`, as `settings` change it. The widths of latent attention keep
/// their proportion to that of the network.
llvm::Expected<ModelConfig> modelOf(const StudySettings &settings, const Arm &arm, int64_t length);

} // namespace dsa
