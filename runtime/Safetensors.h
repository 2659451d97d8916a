// The safetensors file format: named tensors and text metadata, read and written.
#pragma once

#include "runtime/Tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace dsa {

/// The content of a file: tensors and metadata by name, in alphabetical order.
struct TensorFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads a file: 8 bytes of header length, a JSON header, the elements. Every deviation from the
/// format is an error that says what was expected and got; so is an element type that DType lacks.
llvm::Expected<TensorFile> readSafetensors(llvm::StringRef path);

/// Writes a file atomically. Elements are aligned to their size, and the same content gives the
/// same bytes.
llvm::Error writeSafetensors(llvm::StringRef path, const TensorFile &file);

} // namespace dsa
