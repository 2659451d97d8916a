// Writes a result so that a reader finds the old file or the whole new one, never a part.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dsa {

/// Replaces the file at `path` by `content`, whole or not at all; creates missing folders. Errors
/// (no permission, full disk) name the path.
llvm::Error writeResult(llvm::StringRef path, llvm::StringRef content);

/// Creates `folder` and proves that a file can be written there, before hours are spent on one.
llvm::Error prepareResultFolder(llvm::StringRef folder);

} // namespace dsa
