// The discrete choices of a run: taken out of its results, read from a file, judged by another run.
#pragma once

#include "frontend/GraphInputs.h"
#include "runtime/Compare.h"

#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// Whether `spec` holds a choice, not the scores of one.
bool isChoice(const TensorSpec &spec);

/// The choices among the results of a run, by name.
NamedTensors choicesAmong(llvm::ArrayRef<TensorSpec> specs, llvm::ArrayRef<Tensor> results);

/// The choices among `tensors`.
NamedTensors choicesAmong(const NamedTensors &tensors);

/// Success if `given` has a choice for each argument among `specs` that asks for one, with rows as
/// its op writes them: indices of a top-k ascending and then -1, experts of a token all different.
/// Types, ranges and unknown names are checked where arguments are made and used.
llvm::Error checkChoices(llvm::ArrayRef<TensorSpec> specs, const NamedTensors &given);

/// Judges the choices `made` by a target. `specs` and `results` are those of a function compiled
/// with all of `ChoiceOptions` and run with `made`: own choices, and what they ranked. A row may
/// hold other entries than the own choice where none that was taken is worse than one that was left
/// by more than `tolerance` (default: that of the scores' type); of a route this holds for each
/// prefix, because its order counts; where the scores are missing both must be equal. Prints a line
/// for each choice with such rows; returns how many choices are wrong.
int64_t judgeChoices(llvm::ArrayRef<TensorSpec> specs, llvm::ArrayRef<Tensor> results,
                     const NamedTensors &made, std::optional<Tolerance> tolerance,
                     llvm::raw_ostream &output);

} // namespace dsa
