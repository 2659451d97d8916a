// Running a program of kernels: resolve buffers, launch phase by phase, turn status words into
// errors.
#include "runtime/KernelExecutable.h"

#include "runtime/Profile.h"
#include "runtime/Trace.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <chrono>
#include <cstring>

namespace dsa {

namespace {
/// Scratch of two threads never shares a page.
constexpr int64_t kPage = 4096;

struct Status {
  int64_t failure = 0, row = 0;
};

const char *explain(int64_t failure) {
  switch (static_cast<Failure>(failure)) {
  case Failure::IndexOutOfRange:
    return "expected an index in range, got one outside";
  case Failure::NotANumber:
    return "expected numbers, got NaN";
  case Failure::NotFinite:
    return "expected finite numbers, got NaN or infinity";
  case Failure::None:
    break;
  }
  return "expected success, got an unknown failure";
}

/// "cross_entropy_0, row 3: expected ... (status 3)"; an operand stands before the row.
llvm::Error explain(const Launch &launch, const Status &status) {
  int64_t operand = (status.row >> kOperandShift) - 1;
  std::string name;
  if (operand >= 0)
    name = operand < static_cast<int64_t>(launch.operands.size())
               ? launch.operands[operand] + ", "
               : llvm::formatv("operand {0}, ", operand).str();
  return llvm::createStringError(llvm::formatv(
      "{0}, {1}row {2}: {3} (status {4})", launch.name, name,
      status.row & ((int64_t(1) << kOperandShift) - 1), explain(status.failure), status.failure));
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
} // namespace

KernelExecutable::KernelExecutable(KernelProgram parts)
    : Executable(parts.arguments, parts.results), program(std::move(parts)) {
  arena = Buffer(program.arenaBytes);
  int64_t workspaceBytes = 0, scratchBytes = 0;
  for (const Launch &launch : program.launches) {
    workspaceBytes = std::max(workspaceBytes, launch.workspaceBytes);
    scratchBytes = std::max(scratchBytes, launch.scratchBytes);
  }
  workspace = Buffer(workspaceBytes);
  scratchStride = llvm::alignTo(scratchBytes + 64, kPage);
}

void KernelExecutable::reserveScratch(int threads) {
  if (scratch.bytes() < threads * scratchStride)
    scratch = Buffer(threads * scratchStride);
}

void *KernelExecutable::resolve(const BufferRef &ref, llvm::ArrayRef<Tensor> arguments,
                                llvm::ArrayRef<Tensor> results) const {
  switch (ref.kind) {
  case BufferRef::Kind::Argument:
    return arguments[ref.index].data();
  case BufferRef::Kind::Result:
    return results[ref.index].data();
  case BufferRef::Kind::Constant:
    return program.constants[ref.index].data();
  case BufferRef::Kind::Arena:
    assert(ref.index >= 0 && ref.index <= program.arenaBytes && "an offset inside the arena");
    return arena.data() + ref.index;
  }
  return nullptr;
}

/// Runs the phases of one launch; of several failing rows the first is reported, whatever the
/// split.
llvm::Error KernelExecutable::execute(const Launch &launch, void *const *buffers, ThreadPool &pool,
                                      Trace *trace) {
  TraceScope whole(trace, launch.name, "launch");
  whole.note("flops", launch.flops);
  whole.note("bytes", launch.bytes);
  std::mutex mutex;
  Status first;
  for (const Phase &phase : launch.phases) {
    pool.parallelFor(phase.grid, [&](int thread, int64_t begin, int64_t end) {
      int64_t status[2] = {0, 0};
      TraceScope range(trace, launch.name, "range", thread);
      range.note("items", end - begin);
      phase.function(buffers, workspace.data(), scratch.data() + thread * scratchStride, status,
                     phase.first + begin, phase.first + end);
      if (status[0] == 0)
        return;
      std::lock_guard lock(mutex);
      if (first.failure == 0 || status[1] < first.row)
        first = {status[0], status[1]};
    });
    if (first.failure != 0)
      return explain(launch, first);
  }
  return llvm::Error::success();
}

llvm::Error KernelExecutable::run(llvm::ArrayRef<Tensor> arguments,
                                  llvm::SmallVectorImpl<Tensor> &results,
                                  const RunOptions &options) {
  if (llvm::Error error = checkArguments(arguments))
    return error;
  prepareResults(arguments, results);
  ThreadPool &pool = options.pool ? *options.pool : alone;
  reserveScratch(pool.threads());

  llvm::SmallVector<void *, 32> buffers;
  for (const Launch &launch : program.launches) {
    buffers.clear();
    for (const BufferRef &ref : launch.arguments)
      buffers.push_back(resolve(ref, arguments, results));
    double start = options.profile ? now() : 0;
    if (llvm::Error error = execute(launch, buffers.data(), pool, options.trace))
      return error;
    if (options.profile)
      options.profile->record(launch.name, now() - start, launch.flops, launch.bytes);
  }
  for (const ResultCopy &copy : program.copies) {
    void *from = resolve(copy.from, arguments, results);
    if (const Tensor &to = results[copy.result]; to.data() != from && to.bytes() > 0)
      std::memcpy(to.data(), from, to.bytes());
  }
  return llvm::Error::success();
}

} // namespace dsa
