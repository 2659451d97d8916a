// The command line of dsa-fuzz: random graphs, each judged in every form.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace dsa {

/// Runs dsa-fuzz with `arguments`, the words after the program's name.
llvm::Error runFuzzTool(llvm::ArrayRef<const char *> arguments, llvm::raw_ostream &output);

} // namespace dsa
