// Other programs: run to their end, with what they have said.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dsa {

/// What a program left behind.
struct Finished {
  int status = 0; ///< Exit code; negative: it crashed, could not start or took too long.
  std::string output, errors;
  std::string reason; ///< Why `status` is negative.
};

/// Runs `program`, a path or a name on the search path, and waits at most `seconds`. Errors: there
/// is no such program, or no room for its output.
llvm::Expected<Finished> runProgram(llvm::StringRef program,
                                    llvm::ArrayRef<llvm::StringRef> arguments, unsigned seconds);

} // namespace dsa
