// The frame of every main program: arguments in, text out, one sentence and exit status 1 on error.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// Calls `run` with the words after the program's name and standard output. Its error, or else a
/// failure to write standard output, is printed after `name`. Returns the exit status.
int toolMain(
    llvm::StringRef name, int argc, char **argv,
    llvm::function_ref<llvm::Error(llvm::ArrayRef<const char *>, llvm::raw_ostream &)> run);

} // namespace dsa
