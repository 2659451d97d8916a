// A program of compiled kernels: an arena, constants and an ordered list of launches.
#pragma once

#include "runtime/Executable.h"
#include <memory>

namespace dsa {

/// A compiled kernel. `arguments` are the buffers of a launch in order; `workspace` is shared by
/// the phases of a launch and by all threads; `scratch` is private to the calling thread and holds
/// no promise between calls; `status` is two zeroes, of which the kernel sets [0] to a Failure and
/// [1] to the row, keeping its first failure, and of the same ones the lowest row; a row of one of
/// several operands adds (number + 1) << kOperandShift. Works on the items [begin, end) of the
/// grid.
using KernelFunction = void (*)(void *const *arguments, char *workspace, char *scratch,
                                int64_t *status, int64_t begin, int64_t end);

/// What a kernel may report in status[0].
enum class Failure : int64_t { None = 0, IndexOutOfRange = 1, NotANumber = 2, NotFinite = 3 };
inline constexpr int kOperandShift = 32;

/// One parallel region: the `grid` independent items from `first` on.
struct Phase {
  KernelFunction function = nullptr;
  int64_t grid = 1;
  int64_t first = 0;
};

/// Where a buffer of a launch is: argument, result or constant number `index`, or byte `index` of
/// the arena.
struct BufferRef {
  enum class Kind { Argument, Result, Arena, Constant } kind = Kind::Arena;
  int64_t index = 0;
};

/// A kernel applied to buffers; phases run one after the other, each sees what the one before
/// wrote.
struct Launch {
  std::string name;
  std::vector<Phase> phases;
  std::vector<BufferRef> arguments;
  int64_t workspaceBytes = 0, scratchBytes = 0;
  /// The work it stands for, for measurement only.
  int64_t flops = 0, bytes = 0;
  /// What an error calls the operands of which a row fails; none: their numbers.
  std::vector<std::string> operands = {};
};

/// A result that no launch writes: it is copied from elsewhere at the end of the run.
struct ResultCopy {
  BufferRef from;
  int64_t result = 0;
};

/// All that a KernelExecutable is made of.
struct KernelProgram {
  std::vector<TensorSpec> arguments, results;
  std::vector<Tensor> constants;
  std::vector<Launch> launches;
  std::vector<ResultCopy> copies;
  int64_t arenaBytes = 0;
  /// Keeps the machine code alive.
  std::shared_ptr<void> code;
};

/// Runs the launches of a program in order. Holds one arena, one workspace, and scratch for each
/// thread of the pool.
class KernelExecutable : public Executable {
public:
  explicit KernelExecutable(KernelProgram program);

  llvm::Error run(llvm::ArrayRef<Tensor> arguments, llvm::SmallVectorImpl<Tensor> &results,
                  const RunOptions &options) override;

  llvm::ArrayRef<Launch> launches() const { return program.launches; }
  int64_t arenaBytes() const { return program.arenaBytes; }

private:
  llvm::Error execute(const Launch &launch, void *const *buffers, ThreadPool &pool, Trace *trace);
  void *resolve(const BufferRef &ref, llvm::ArrayRef<Tensor> arguments,
                llvm::ArrayRef<Tensor> results) const;
  void reserveScratch(int threads);

  KernelProgram program;
  Buffer arena, workspace, scratch;
  int64_t scratchStride = 0;
  ThreadPool alone{1};
};

} // namespace dsa
