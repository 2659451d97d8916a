// The state of a session at one moment as a file: everything that the next step depends on.
#pragma once

#include "runtime/Safetensors.h"

#include <cstdint>

namespace dsa {

/// Batches and updates that the parameters of one group have had, whichever function they came
/// from.
struct TrainingClock {
  int64_t batches = 0, updates = 0;
};

/// What a session needs to go on with the same bits, and what a program keeps beside it.
struct Checkpoint {
  std::map<std::string, Tensor> tensors;       ///< Parameters and optimizer state by name.
  int64_t steps = 0;                           ///< Updates so far.
  int64_t batches = 0;                         ///< Batches so far: how far the random streams are.
  std::map<std::string, TrainingClock> groups; ///< Of the parameters that have a group.
  uint64_t seed = 0;                           ///< Of every random stream.
  std::map<std::string, Tensor> series;        ///< Of the program, such as the losses so far.
  std::map<std::string, std::string> notes; ///< Of the program, such as its position in the data.
};

/// Writes a safetensors file, whole or not at all. `tensors` keep their names, a series `x` becomes
/// the tensor `log.x`, counts and notes are metadata, and so is a checksum of all of it.
llvm::Error writeCheckpoint(llvm::StringRef path, const Checkpoint &checkpoint);

/// Reads what `writeCheckpoint` wrote. A damaged file is an error that names it.
llvm::Expected<Checkpoint> readCheckpoint(llvm::StringRef path);

/// The checkpoint that the tensors and metadata of `path` are, whatever their checksum. Missing
/// counts and those that are no numbers are errors.
llvm::Expected<Checkpoint> checkpointOf(const TensorFile &file, llvm::StringRef path);

} // namespace dsa
