// The commands of dsa-model as one library function.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// Runs `describe`, `emit` or `--help` with the given command line (without the program's name) and
/// writes to `output`. An unknown command, option or file, or an impossible description, is an
/// error of one sentence.
llvm::Error runModelTool(llvm::ArrayRef<const char *> arguments, llvm::raw_ostream &output);

} // namespace dsa
