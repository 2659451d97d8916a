// A model being trained: its executables, and its parameters and optimizer state by name.
#pragma once

#include "frontend/Checkpoint.h"
#include "frontend/Compiler.h"
#include "frontend/Parameters.h"

#include <chrono>
#include <map>

namespace dsa {

/// Name of the function that trains; its result `loss` is what a step reports.
inline constexpr llvm::StringLiteral kStepEntry = "step";
/// Name of the function that updates with what `accumulate` calls of `step` have gathered;
/// differentiation writes it.
inline constexpr llvm::StringLiteral kApplyEntry = "step_apply";
/// Name of the function that judges: results `loss`, `token_loss` and `prediction`.
inline constexpr llvm::StringLiteral kEvaluateEntry = "evaluate";

/// How a session starts and where it runs.
struct SessionOptions {
  CompilerOptions compiler = {};
  Initialization initialization = Initialization::Normal;
  uint64_t seed = 42; ///< of the initial parameters and of every random stream of training
};

/// What one training step tells, as of before its update.
struct StepResult {
  double loss = 0.0;     ///< mean cross entropy in nats
  double balance = 0.0;  ///< sum of the balance losses, unweighted; 0 without experts
  double gradNorm = 0.0; ///< norm of all gradients together; 0 unless the step updates and clips
};

/// What an evaluation tells.
struct EvaluateResult {
  double loss = 0.0; ///< mean over all tokens, in nats
  Tensor tokenLoss;  ///< f32 [B, L]
  Tensor prediction; ///< i32 [B, L], the most probable next token
};

/// Owns everything a training run changes. Not to be used by two threads at once.
class Session {
public:
  /// Compiles `step` and `evaluate` of `module`, whichever exist, and gives their parameters
  /// initial values. The module is not needed afterwards.
  static llvm::Expected<std::unique_ptr<Session>> create(mlir::ModuleOp module,
                                                         const SessionOptions &options = {});
  /// The same, and the session keeps the context of `module` alive as long as it needs it itself.
  static llvm::Expected<std::unique_ptr<Session>> create(std::shared_ptr<mlir::MLIRContext> context,
                                                         mlir::ModuleOp module,
                                                         const SessionOptions &options = {});

  /// One batch `tokens` (i32 [B, L + 1]) and, unless gradients accumulate over more batches, one
  /// update.
  llvm::Expected<StepResult> step(const Tensor &tokens, double learningRate);
  /// Judges `tokens` (i32 [B, L + 1]) without changing anything.
  llvm::Expected<EvaluateResult> evaluate(const Tensor &tokens);

  /// Updates so far.
  int64_t steps() const { return stepCount; }
  /// Seconds that compiling all functions took, without the initialisation of parameters.
  double compileSeconds() const { return compiling.count(); }
  /// Elements of all parameters.
  int64_t parameterCount() const;
  /// Parameters and optimizer state by name; the handles share the session's memory.
  const std::map<std::string, Tensor> &tensors() const { return values; }
  /// The executables, null when the module has no such function.
  Executable *stepExecutable() { return stepFunction.get(); }
  Executable *evaluateExecutable() { return evaluateFunction.get(); }
  /// Where the time of the following runs is recorded; null ends it.
  void setProfile(Profile *profile) { runOptions.profile = profile; }

  /// Parameters, state and counts as they are now; the tensors share the session's memory.
  Checkpoint checkpoint() const;
  /// Goes on from `checkpoint`. A missing or unknown tensor and another shape are errors; nothing
  /// has changed then.
  llvm::Error restore(const Checkpoint &checkpoint);

private:
  Session(const SessionOptions &options);
  std::chrono::duration<double> compiling{0};
  void adopt(const Executable &function);
  /// What one run is given besides the tensors of the session.
  struct Inputs {
    Tensor tokens;
    double learningRate;
    int64_t step; ///< from 1
  };
  llvm::Expected<Tensor> argument(const TensorSpec &spec, const Inputs &inputs) const;
  llvm::Error run(Executable &function, llvm::StringRef name, const Inputs &inputs,
                  llvm::SmallVectorImpl<Tensor> &results);

  std::shared_ptr<mlir::MLIRContext> context; ///< first: executables may hold modules
  SessionOptions options;
  ThreadPool pool;
  RunOptions runOptions;
  std::unique_ptr<Executable> stepFunction, applyFunction, evaluateFunction;
  std::map<std::string, Tensor> values;
  std::map<std::string, Tensor> parameters; ///< the part of `values` that is not optimizer state
  llvm::SmallVector<Tensor> stepResults, applyResults, evaluateResults; ///< storage that is reused
  int64_t accumulate = 1;                                               ///< batches per update
  int64_t stepCount = 0;                                                ///< updates
  int64_t batchCount = 0;                                               ///< calls of `step`
  llvm::StringMap<int> tracedRuns; ///< of each function, as far as they are traced
};

} // namespace dsa
