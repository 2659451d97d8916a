// A model being trained: its executables, and its parameters and optimizer state by name.
#pragma once

#include "frontend/Compiler.h"
#include "frontend/Parameters.h"

#include <map>

namespace dsa {

/// Name of the function that trains; its result `loss` is what a step reports.
inline constexpr llvm::StringLiteral kStepEntry = "step";
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
  double gradNorm = 0.0; ///< norm of all gradients together; 0 unless the step clips
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

  /// One update on `tokens` (i32 [B, L + 1]).
  llvm::Expected<StepResult> step(const Tensor &tokens, double learningRate);
  /// Judges `tokens` (i32 [B, L + 1]) without changing anything.
  llvm::Expected<EvaluateResult> evaluate(const Tensor &tokens);

  /// Updates so far.
  int64_t steps() const { return stepCount; }
  /// Elements of all parameters.
  int64_t parameterCount() const;
  /// Parameters and optimizer state by name; the handles share the session's memory.
  const std::map<std::string, Tensor> &tensors() const { return values; }
  /// The executables, null when the module has no such function.
  Executable *stepExecutable() { return stepFunction.get(); }
  Executable *evaluateExecutable() { return evaluateFunction.get(); }
  /// Where the time of the following runs is recorded; null ends it.
  void setProfile(Profile *profile) { runOptions.profile = profile; }

  /// Writes parameters, state and the step count as a safetensors file.
  llvm::Error save(llvm::StringRef path) const;
  /// Reads what `save` wrote. A missing or unknown tensor and another shape are errors; nothing has
  /// changed then.
  llvm::Error load(llvm::StringRef path);

private:
  Session(const SessionOptions &options);
  void adopt(const Executable &function);
  llvm::Expected<Tensor> argument(const TensorSpec &spec, const Tensor &tokens,
                                  double learningRate) const;
  llvm::Error run(Executable &function, const Tensor &tokens, double learningRate,
                  llvm::SmallVectorImpl<Tensor> &results);

  SessionOptions options;
  ThreadPool pool;
  RunOptions runOptions;
  std::unique_ptr<Executable> stepFunction, evaluateFunction;
  std::map<std::string, Tensor> values;
  std::map<std::string, Tensor> parameters; ///< the part of `values` that is not optimizer state
  llvm::SmallVector<Tensor> stepResults, evaluateResults; ///< storage reused from run to run
  int64_t stepCount = 0;
};

} // namespace dsa
