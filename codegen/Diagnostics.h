// Carries MLIR diagnostics over into llvm::Error.
#pragma once

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dsa {

/// Keeps the first error of a context while it lives; warnings and remarks go on to the next
/// handler.
class FirstDiagnostic {
public:
  explicit FirstDiagnostic(mlir::MLIRContext &context)
      : handler(&context, [this](mlir::Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
            return mlir::failure();
          if (text.empty())
            text = diagnostic.str();
          return mlir::success();
        }) {}

  /// The error kept, or `otherwise` if there was none.
  llvm::Error takeError(llvm::StringRef otherwise) const {
    return llvm::createStringError(text.empty() ? otherwise.str() : text);
  }

private:
  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace dsa
