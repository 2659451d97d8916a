// Hands a function to a target and leaves behind the files that were asked for.
#include "frontend/Compiler.h"

#include "codegen/PassTrace.h"
#include "codegen/Target.h"
#include "passes/Passes.h"
#include "passes/Pipeline.h"
#include "runtime/Trace.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <thread>

using namespace dsa;

int dsa::threadCount(const CompilerOptions &options) {
  if (options.threads > 0)
    return options.threads;
  return std::max(1u, std::thread::hardware_concurrency());
}

/// Writes the module to `<directory>/<entry>.mlir`, creating the directory.
static llvm::Error dump(mlir::ModuleOp module, llvm::StringRef entry, llvm::StringRef directory) {
  if (std::error_code code = llvm::sys::fs::create_directories(directory))
    return llvm::createStringError(
        llvm::formatv("{0}: expected a writable directory, got: {1}", directory, code.message()));
  llvm::SmallString<128> path(directory);
  llvm::sys::path::append(path, entry + ".mlir");
  std::error_code code;
  llvm::raw_fd_ostream file(path, code);
  if (!code) {
    module.print(file);
    file.close();
    code = file.error();
    file.clear_error();
  }
  if (code)
    return llvm::createStringError(
        llvm::formatv("{0}: expected a writable file, got: {1}", path, code.message()));
  return llvm::Error::success();
}

/// Runs the passes that `add` adds; a failure is the first error that they report.
static llvm::Error runPasses(mlir::ModuleOp module, Trace *trace,
                             llvm::function_ref<void(mlir::OpPassManager &)> add) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(module.getContext(), [&](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
      return mlir::failure();
    if (message.empty())
      message = diagnostic.str();
    return mlir::success();
  });
  mlir::PassManager manager(module.getContext());
  tracePasses(manager, trace);
  add(manager);
  if (failed(manager.run(module)))
    return llvm::createStringError(message.empty() ? "expected a graph that compiles" : message);
  return llvm::Error::success();
}

llvm::Error dsa::differentiateGraph(mlir::ModuleOp module) {
  return runPasses(module, nullptr, buildTrainingPipeline);
}

llvm::Error dsa::planGraph(mlir::ModuleOp module) {
  return runPasses(module, nullptr,
                   [](mlir::OpPassManager &passes) { buildGraphPipeline(passes); });
}

llvm::Expected<std::unique_ptr<Executable>>
dsa::compile(mlir::ModuleOp module, llvm::StringRef entry, const CompilerOptions &options) {
  TraceScope whole(options.trace, "@" + entry, "compile");
  whole.note("target", options.target);
  llvm::Expected<const Target *> target = lookupTarget(options.target);
  if (!target)
    return target.takeError();
  if (!options.dumpDirectory.empty())
    if (llvm::Error error = dump(module, entry, options.dumpDirectory))
      return std::move(error);
  CompileOptions compileOptions;
  compileOptions.cacheDirectory = options.cacheDirectory;
  compileOptions.threads = threadCount(options);
  compileOptions.trace = options.trace;
  compileOptions.vector = options.vector;
  compileOptions.plan = options.plan;
  // Proof and differentiation bind every target, and differentiation adds arguments and entries.
  mlir::OwningOpRef<mlir::ModuleOp> steps(module.clone());
  if (llvm::Error error = runPasses(*steps, options.trace, buildTrainingPipeline))
    return std::move(error);
  const auto &[capture, replay, scores] = options.choices;
  if (capture || replay || scores)
    if (llvm::Error error = runPasses(*steps, options.trace, [&](mlir::OpPassManager &passes) {
          passes.addNestedPass<mlir::func::FuncOp>(createExposeChoices({capture, replay, scores}));
        }))
      return std::move(error);
  return (*target)->compile(*steps, entry, compileOptions);
}
