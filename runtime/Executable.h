// What a target produces: something with named arguments and results that can be run.
#pragma once

#include "runtime/Tensor.h"
#include "runtime/ThreadPool.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace dsa {

class Profile;
class Trace;

/// What an argument or a result is: its type, its name and what it is for.
struct TensorSpec {
  std::string name;
  /// "input", "parameter", "state", "seed", "step" or "learning_rate" for an argument; empty for a
  /// result.
  std::string role;
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  /// Of a result: the number of the argument that it replaces in place, or -1.
  int64_t updates = -1;
  /// Of an argument: its values lie in [first, second), where that is declared.
  std::optional<std::pair<int64_t, int64_t>> range = std::nullopt;
};

/// How to run: null means one thread, no measurement, no timeline.
struct RunOptions {
  ThreadPool *pool = nullptr;
  Profile *profile = nullptr;
  /// Receives a span for each range that a thread works on.
  Trace *trace = nullptr;
};

/// A compiled function. One run at a time: an executable owns the memory of its intermediate
/// values.
class Executable {
public:
  virtual ~Executable();

  llvm::ArrayRef<TensorSpec> arguments() const { return argumentSpecs; }
  llvm::ArrayRef<TensorSpec> results() const { return resultSpecs; }

  /// Runs on `arguments`, which must match `arguments()`. An argument that a result updates is
  /// changed in place, and that result is the same tensor. Other results are new tensors; one
  /// passed in through `results` that fits and that nobody else holds is reused. After an error the
  /// results and the updated arguments are unspecified.
  virtual llvm::Error run(llvm::ArrayRef<Tensor> arguments, llvm::SmallVectorImpl<Tensor> &results,
                          const RunOptions &options) = 0;

  /// The number of the argument called `name`, or -1.
  int64_t findArgument(llvm::StringRef name) const;
  /// The number of the result called `name`, or -1.
  int64_t findResult(llvm::StringRef name) const;

protected:
  Executable(std::vector<TensorSpec> arguments, std::vector<TensorSpec> results);

  /// The check every `run` starts with: number, types and shapes, integers in their range, and no
  /// updated argument that shares its buffer.
  llvm::Error checkArguments(llvm::ArrayRef<Tensor> arguments) const;
  /// Makes `results` hold storage for each result: the updated argument, a reused tensor or a new
  /// one.
  void prepareResults(llvm::ArrayRef<Tensor> arguments,
                      llvm::SmallVectorImpl<Tensor> &results) const;

private:
  llvm::Error checkRanges(llvm::ArrayRef<Tensor> arguments) const;
  llvm::Error checkAliases(llvm::ArrayRef<Tensor> arguments) const;

  std::vector<TensorSpec> argumentSpecs, resultSpecs;
};

} // namespace dsa
