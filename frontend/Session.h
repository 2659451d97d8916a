// A model being trained: its executables, and its parameters and optimizer state by name.
#pragma once

#include "frontend/Checkpoint.h"
#include "frontend/Compiler.h"
#include "frontend/GraphInputs.h"
#include "frontend/Parameters.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <chrono>
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
  double loss = 0.0;      ///< mean cross entropy in nats
  double balance = 0.0;   ///< sum of the balance losses, unweighted; 0 without experts
  double indexLoss = 0.0; ///< sum of the indexers' losses; 0 unless the step trains them
  double gradNorm = 0.0;  ///< norm of the gradients of the parameters without a group; 0 unless the
                          ///< step updates and clips them
};

/// What an evaluation tells.
struct EvaluateResult {
  double loss = 0.0;    ///< mean over all tokens, in nats
  Tensor tokenLoss;     ///< f32 [B, L]
  Tensor prediction;    ///< i32 [B, L], the most probable next token
  NamedTensors choices; ///< what was chosen, if the compiler captures choices
};

/// Owns everything a training run changes: the functions of one module share parameters and
/// optimizer state by name. Not to be used by two threads at once.
///
/// Adam corrects its moments by the number of updates that they have had, so every group of
/// parameters has a clock: a function advances those of the groups that its losses train. The
/// argument "step" is the clock of the first of them (the group without a name, where there is
/// one), and numbers the random streams too: a warm-up of the indexer does not move the dropout
/// masks of the steps behind it. "step.<group>" is the clock of another group.
class Session {
public:
  /// Compiles every function of `module` and gives the parameters initial values. The module is not
  /// needed afterwards.
  static llvm::Expected<std::unique_ptr<Session>> create(mlir::ModuleOp module,
                                                         const SessionOptions &options = {});
  /// The same, and the session keeps the context of `module` alive as long as it needs it itself.
  static llvm::Expected<std::unique_ptr<Session>> create(std::shared_ptr<mlir::MLIRContext> context,
                                                         mlir::ModuleOp module,
                                                         const SessionOptions &options = {});

  /// One batch `tokens` (i32 [B, L + 1]) through the function `entry`, which trains, and, unless
  /// gradients accumulate over more batches, one update.
  llvm::Expected<StepResult> step(const Tensor &tokens, double learningRate,
                                  llvm::StringRef entry = kStepEntry);
  /// Judges `tokens` (i32 [B, L + 1]) by the function `entry` without changing anything. If the
  /// compiler replays choices, `choices` must hold them all.
  llvm::Expected<EvaluateResult> evaluate(const Tensor &tokens, const NamedTensors &choices = {},
                                          llvm::StringRef entry = kEvaluateEntry);
  /// The results of the function `entry`, which does not train, by name. They are valid until it
  /// runs again.
  llvm::Expected<NamedTensors> call(llvm::StringRef entry, const Tensor &tokens,
                                    const NamedTensors &choices = {});

  /// Updates so far of the parameters of `group`, by default of those without one.
  int64_t steps(llvm::StringRef group = {}) const;
  /// Seconds that compiling all functions took, without the initialisation of parameters.
  double compileSeconds() const { return compiling.count(); }
  /// Elements of all parameters.
  int64_t parameterCount() const;
  /// Parameters and optimizer state by name; the handles share the session's memory.
  const std::map<std::string, Tensor> &tensors() const { return values; }
  /// The executable of the function `entry`, null when the module has none.
  Executable *executable(llvm::StringRef entry);
  /// Where the time of the following runs is recorded; null ends it.
  void setProfile(Profile *profile) { runOptions.profile = profile; }

  /// Parameters, state and counts as they are now; the tensors share the session's memory.
  Checkpoint checkpoint() const;
  /// Goes on from `checkpoint`. A missing or unknown tensor, another shape and missing counts are
  /// errors; nothing has changed then.
  llvm::Error restore(const Checkpoint &checkpoint);

private:
  Session(const SessionOptions &options);
  std::chrono::duration<double> compiling{0};
  void adopt(const Executable &function);
  /// One function of the module.
  struct Function {
    std::unique_ptr<Executable> run;
    std::unique_ptr<Executable> apply; ///< updates with what `accumulate` batches have gathered
    llvm::SmallVector<Tensor> results, applyResults; ///< storage that is reused
    std::vector<std::string> groups;                 ///< that its losses train, the unnamed first
    int64_t accumulate = 1;                          ///< batches per update
  };
  llvm::Error addFunction(mlir::ModuleOp module, mlir::func::FuncOp func);
  llvm::Expected<Function *> find(llvm::StringRef entry);
  /// What one run is given besides the tensors of the session.
  struct Inputs {
    Tensor tokens;
    double learningRate;
    int64_t step; ///< from 1
    NamedTensors choices = {};
  };
  llvm::Expected<Tensor> argument(const TensorSpec &spec, const Inputs &inputs) const;
  llvm::Error run(Executable &function, llvm::StringRef name, const Inputs &inputs,
                  llvm::SmallVectorImpl<Tensor> &results);

  std::shared_ptr<mlir::MLIRContext> context; ///< first: executables may hold modules
  SessionOptions options;
  ThreadPool pool;
  RunOptions runOptions;
  std::map<std::string, Function> functions; ///< by name
  std::map<std::string, Tensor> values;
  std::map<std::string, Tensor> parameters;    ///< the part of `values` that is not optimizer state
  std::map<std::string, TrainingClock> clocks; ///< by group, the unnamed one always
  llvm::StringMap<int> tracedRuns;             ///< of each function, as far as they are traced
};

} // namespace dsa
