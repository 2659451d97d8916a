// Where, when and of which sources a figure was measured.
#pragma once

#include "llvm/Support/Error.h"

#include <string>

namespace dsa {

/// This machine in a line, such as "znver5, 2 threads, 16 floats in a vector".
std::string machineName();

/// The day in UTC, such as "2026-11-25".
std::string today();

/// The commit that the sources of this program are at, in twelve digits; "-dirty" behind it says
/// that files differ from it. Sources that lie in no git checkout are an error.
llvm::Expected<std::string> currentCommit();

} // namespace dsa
