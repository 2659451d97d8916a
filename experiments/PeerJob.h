// One training step as a job that several frameworks do: what they are given, what they give back.
#pragma once

#include "models/Config.h"

namespace dsa {

/// What to train, and for how long.
struct PeerJob {
  ModelConfig model; ///< Dense attention and experts. Timed with its dropout and router noise.
  int64_t threads = 1;
  int64_t runs = 7; ///< Timed steps, of which the median counts, after kWarmup that do not.
};

/// What one framework reports.
struct PeerResult {
  std::string version; ///< Such as "torch 2.9.1"; of ours, empty.
  double milliseconds = 0;
  int64_t peakBytes = 0;       ///< Beyond what its process had before it saw the job.
  double loss = 0;             ///< Of the first step, without anything random.
  double updateDifference = 0; ///< Largest of all parameters, relative to our update's norm.
  int64_t flops = 0;           ///< Of a step, by our kernels; 0 where nobody counts.
  std::string missing;         ///< The package that is not installed, and nothing was measured.
  std::string install;         ///< The command that installs it.
};

/// Fills `folder` with the job: job.json, before.safetensors (our initial parameters, and `tokens`
/// [batch, length + 1]) and after.safetensors (the parameters after one of our own steps without
/// dropout and noise).
llvm::Error writePeerJob(llvm::StringRef folder, const PeerJob &job);

/// Does the job in `folder` with this project, in this process, as a peer's script does it with
/// another.
llvm::Expected<PeerResult> doPeerJob(llvm::StringRef folder);

llvm::json::Value toJson(const PeerResult &result);

/// What a peer has printed. Anything else than its JSON object is an error.
llvm::Expected<PeerResult> parsePeerResult(llvm::StringRef text);

} // namespace dsa
