// Where model descriptions and the scripts of peers lie, for programs that run from any folder.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace dsa {

/// The file of the description called `name`: of the installation that this program is part of, or
/// else of the sources that it was built from.
std::string modelDescription(llvm::StringRef name);

/// Likewise the script that does a job with another framework.
std::string peerScript(llvm::StringRef name);

} // namespace dsa
