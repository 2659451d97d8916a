// Times compiled kernels against the arithmetic peak of this machine.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace dsa {
class Trace;

/// How the indexer's inputs are filled: as noise, or so that selecting is hard.
enum class Scores {
  Noise,   ///< Gaussian.
  Equal,   ///< One key for all: every choice is a tie.
  Rising,  ///< Every key is better than the last: every score enters.
  Plateau, ///< Mostly exact zeros, where the k-th best lies.
  Negative ///< Weights below zero: zero is the best score, and common.
};

/// How the keys that each query attends to are drawn.
enum class Keys {
  Independent, ///< Anew for each query, as an untrained indexer chooses.
  Neighbouring ///< Half of them the last ones; of the others one in 32 changes from query to query.
};

/// One graph to time: a module with the function `main`, as text.
struct KernelCase {
  std::string kernel; ///< The op; every case of a dense or grouped product has "linear" in it.
  std::string shape;
  std::string module;
  int64_t flops = 0; ///< Of one run; 0: what the kernels count.
  Scores scores = Scores::Noise;
  Keys keys = Keys::Independent;
};

/// The products, attention and selection of the published models.
std::vector<KernelCase> kernelCases();

/// One measurement.
struct KernelRow {
  std::string kernel, shape;
  int64_t threads = 1;
  double seconds = 0;      ///< Median over the runs.
  double gflops = 0;       ///< By the FLOPs that the kernels count.
  double peakFraction = 0; ///< Of the multiply-add peak on as many threads, measured just before.
};

/// Times of compiling the training step of the quick preset.
struct CompileTimes {
  double cold = 0, cached = 0;
};

struct KernelBenchmark {
  std::string machine;
  std::vector<std::pair<int64_t, double>> peaks; ///< Threads and GFLOP/s.
  std::vector<KernelRow> rows;
  CompileTimes compile;
};

/// Median seconds of `runs` calls of `work` after one that is not counted, or its first error.
llvm::Expected<double> timeOf(int64_t runs, llvm::function_ref<llvm::Error()> work);

/// What to time and how long.
struct KernelOptions {
  std::string only; ///< Cases whose kernel contains this; empty means all.
  std::vector<int64_t> threads = {1, 2};
  int64_t runs = 9;
  bool step = true;       ///< Also a training step and its compilation.
  Trace *trace = nullptr; ///< Shows compilation, not the timed runs; null: nobody watches.
};

llvm::Expected<KernelBenchmark> benchmarkKernels(const KernelOptions &options);

/// {"machine", "peaks", "rows", "compile"}.
llvm::json::Value toJson(const KernelBenchmark &benchmark);

} // namespace dsa
