// Writes a result so that a reader finds the old file or the whole new one, never a part.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dsa {

/// Writes `content` to a temporary file beside `path`, fsyncs it and renames it to `path`; creates
/// missing folders. On an error (no permission, full disk) `path` is as it was and the temporary
/// file is gone.
llvm::Error writeResult(llvm::StringRef path, llvm::StringRef content);

/// Creates `folder` and proves that a file can be written there, before hours are spent on one.
llvm::Error prepareResultFolder(llvm::StringRef folder);

} // namespace dsa
