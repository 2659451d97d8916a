// Trains the arms of a comparison and writes what came of it.
#pragma once

#include "experiments/Comparison.h"

namespace dsa {

/// Answers the question of `comparison` with the arguments after its name and gives the exit code.
llvm::Expected<int> compareArms(const Comparison &comparison,
                                llvm::ArrayRef<llvm::StringRef> arguments);

} // namespace dsa
