// Where the model descriptions lie, for programs that run from any folder.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace dsa {

/// The file of the description called `name`: of the installation that this program is part of, or
/// else of the sources that it was built from.
std::string modelDescription(llvm::StringRef name);

} // namespace dsa
