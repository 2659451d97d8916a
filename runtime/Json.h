// JSON texts from outside: parsed, unless they nest so deep that a parser runs out of stack.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace dsa {

/// The value that `text` says. A text whose brackets nest deeper than `depthLimit` and a syntax
/// error are errors.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text, int depthLimit = 64);

} // namespace dsa
