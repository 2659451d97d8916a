// The checkpoints of one run in a folder of their own: the newest few are kept.
#pragma once

#include "experiments/RunRecord.h"
#include "frontend/Checkpoint.h"

#include <optional>

namespace dsa {

/// A run as it was saved.
struct SavedRun {
  std::string path;
  Checkpoint model;
  RunRecord run;
};

class RunCheckpoints {
public:
  /// Those in `folder`, which need not exist; a save removes all but the newest `keep`.
  RunCheckpoints(llvm::StringRef folder, int64_t keep) : folder(folder), keep(keep) {}

  /// Writes `model` and everything that `run` has measured as step-<updates>.safetensors. Values
  /// that are not finite are not saved: such a run cannot go on, and the next step says why.
  llvm::Error save(Checkpoint model, const RunRecord &run);

  /// The newest checkpoint that can be read, or nothing. Each damaged one that is newer is skipped
  /// with a warning on `warnings`.
  std::optional<SavedRun> newest(llvm::raw_ostream &warnings) const;

  /// The paths of all checkpoints, the oldest first.
  std::vector<std::string> paths() const;

private:
  std::string folder;
  int64_t keep;
};

/// The number of updates that a checkpoint at `path` holds, by its name; nothing for other files.
std::optional<int64_t> updatesOf(llvm::StringRef path);

} // namespace dsa
