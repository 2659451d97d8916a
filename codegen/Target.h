// A target turns one function of a graph module into something that runs.
#pragma once

#include "passes/PlanOptions.h"
#include "runtime/Executable.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace dsa {

/// Choices of one compilation.
struct CompileOptions {
  /// Directory of the object cache; empty: objects are kept in memory only.
  std::string cacheDirectory;
  /// Threads that compile, at least 1.
  int threads = 1;
  /// Receives a span for each pass and each kernel; null: nobody watches.
  Trace *trace = nullptr;
  /// Instruction set of the cpu target: avx512bf16, avx512, avx2 or sse; empty: the widest that
  /// is fastest on this machine.
  std::string vector;
  /// Which kernels the graph becomes.
  PlanOptions plan;
};

/// One way to execute graphs, known by the name under which tools take it.
class Target {
public:
  virtual ~Target() = default;
  virtual llvm::StringRef name() const = 0;
  /// Compiles function `entry` of `module`, which stays as it is. Fails with one sentence naming
  /// what was expected and what came.
  virtual llvm::Expected<std::unique_ptr<Executable>>
  compile(mlir::ModuleOp module, llvm::StringRef entry, const CompileOptions &options) const = 0;
};

/// The target called `name`: "reference" or "cpu".
llvm::Expected<const Target *> lookupTarget(llvm::StringRef name);

/// The targets themselves, one per folder of this floor.
const Target &referenceTarget();
const Target &cpuTarget();

/// The element type `type` as the runtime knows it.
llvm::Expected<DType> dtypeOf(mlir::Type type);

/// Arguments and results of `entry` as the runtime sees them.
llvm::Expected<std::pair<std::vector<TensorSpec>, std::vector<TensorSpec>>>
signatureOf(mlir::ModuleOp module, llvm::StringRef entry);

} // namespace dsa
