// The command line of dsa-run as one library function.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// Runs a module as the command line (without the program's name) says and writes to `output`. A
/// wrong word, file or result is an error of one sentence.
llvm::Error runRunTool(llvm::ArrayRef<const char *> arguments, llvm::raw_ostream &output);

} // namespace dsa
