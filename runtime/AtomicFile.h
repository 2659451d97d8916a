// Files that are either complete or absent: written beside their place, flushed, then renamed.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dsa {

/// Replaces the file at `path` by the concatenation of `pieces`. A reader sees the old content or
/// the new one, and so does the next start after a crash. On an error the old file stands and
/// nothing is left beside it. A folder or a device at `path` is an error.
llvm::Error writeAtomically(llvm::StringRef path, llvm::ArrayRef<llvm::StringRef> pieces);

} // namespace dsa
