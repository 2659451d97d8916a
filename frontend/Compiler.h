// From a function of a module to something that runs: which target, how many threads, which files.
#pragma once

#include "passes/PlanOptions.h"
#include "runtime/Executable.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace dsa {

/// What becomes of the discrete choices of a function, top-k and routes: the options of
/// `--dsa-expose-choices`, which names them "choice.top_k.0" and so on.
struct ChoiceOptions {
  bool capture = false; ///< append what each op chooses to the results
  bool replay = false;  ///< take each choice from an input
  bool scores = false;  ///< append what each choice ranked to the results, unless it was given
};

/// How to compile. The defaults suit a test: nothing is written to disk.
struct CompilerOptions {
  std::string target = "cpu"; ///< name of a target: "cpu" or "reference"
  int threads = 0;            ///< that compile and run; 0 means one for each core
  PlanOptions plan;           ///< which kernels the graph becomes
  std::string cacheDirectory; ///< of compiled objects; empty means in memory only
  std::string dumpDirectory;  ///< receives `<entry>.mlir`, the module as compiled; empty means none
  /// Instruction set of "cpu": avx512bf16, avx512, avx2 or sse; empty means the widest that
  /// is fastest on this machine.
  std::string vector;
  /// Receives a span for each pass and each kernel and, of a session, for the launches of its first
  /// runs; null: nobody watches. Must outlive what is compiled.
  Trace *trace = nullptr;
  ChoiceOptions choices = {};
};

/// The number of threads that `options` asks for, at least 1.
int threadCount(const CompilerOptions &options);

/// Compiles the function `entry` of `module`, which stays as it is. An unknown target or function,
/// a failed proof and a directory that cannot be written are errors.
llvm::Expected<std::unique_ptr<Executable>> compile(mlir::ModuleOp module, llvm::StringRef entry,
                                                    const CompilerOptions &options = {});

/// Proves and differentiates all functions of `module`, in place: what every target is given.
llvm::Error differentiateGraph(mlir::ModuleOp module);

/// Runs the graph half of the compiler over all functions of `module`, in place: what a target
/// starts from.
llvm::Error planGraph(mlir::ModuleOp module);

} // namespace dsa
