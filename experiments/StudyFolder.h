// The folder of an experiment: who works in it, what it was asked, how far it is.
#pragma once

#include "experiments/RunCheckpoints.h"
#include "experiments/StudySettings.h"

#include <memory>

namespace dsa {

/// How far an experiment is, as one small file that is replaced about once a second.
struct StudyProgress {
  /// "running", "finished", "interrupted" or "failed".
  std::string state = "running";
  std::string run; ///< The one under way.
  int64_t step = 0;
  double loss = 0;
  double tokensPerSecond = 0;
  double secondsLeft = 0; ///< Of the whole experiment, at this speed.
  std::string message;    ///< Why it failed.
};

/// What an experiment was asked.
struct StudyRequest {
  StudySettings settings;
  std::string data; ///< A fingerprint of the tokens, so that a changed text is noticed.
};

/// The state of an experiment lies in FOLDER/state: settings.json, progress.json, one folder of
/// checkpoints a run, and a lock that dies with its process.
class StudyFolder {
public:
  /// Begins an experiment: removes what a finished one has left and stores `request`. Errors: an
  /// unfinished experiment lies there, another process works there, the folder cannot be written.
  static llvm::Expected<std::unique_ptr<StudyFolder>>
  begin(llvm::StringRef folder, const StudyRequest &request, int64_t keep);

  /// Goes on with the experiment in `folder`, which must have been asked what `request` asks, and
  /// removes the temporary files of a process that was killed.
  static llvm::Expected<std::unique_ptr<StudyFolder>>
  resume(llvm::StringRef folder, const StudyRequest &request, int64_t keep);

  ~StudyFolder();

  const std::string &path() const { return folder; }
  RunCheckpoints checkpointsOf(llvm::StringRef run) const;
  llvm::Error write(const StudyProgress &progress);

private:
  StudyFolder(llvm::StringRef folder, int64_t keep) : folder(folder), keep(keep) {}
  llvm::Error lock();

  std::string folder;
  int64_t keep;
  int lockFile = -1;
};

/// What the experiment in `folder` was asked; without one, an error that says so.
llvm::Expected<StudyRequest> readRequest(llvm::StringRef folder);

/// How far the experiment in `folder` was when it last said so.
llvm::Expected<StudyProgress> readProgress(llvm::StringRef folder);

/// Whether a process works in `folder` now.
bool isInUse(llvm::StringRef folder);

/// The checkpoints of `run` below `folder`.
RunCheckpoints checkpointsIn(llvm::StringRef folder, llvm::StringRef run, int64_t keep);

} // namespace dsa
