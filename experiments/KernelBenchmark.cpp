// Compiles, fills and times the kernels of the benchmark.
#include "experiments/KernelBenchmark.h"

#include "codegen/Registration.h"
#include "experiments/DataStream.h"
#include "experiments/History.h"
#include "experiments/ModelFiles.h"
#include "experiments/ModelLearner.h"
#include "experiments/Options.h"
#include "experiments/Provenance.h"
#include "experiments/Question.h"
#include "experiments/Statistics.h"
#include "experiments/TraceFile.h"
#include "frontend/Compiler.h"
#include "runtime/HostProbe.h"
#include "runtime/KernelExecutable.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

#include <chrono>
#include <cmath>
#include <numeric>

using namespace dsa;

namespace {

constexpr uint64_t kSeed = 7;

double secondsOf(llvm::function_ref<llvm::Error()> work, llvm::Error &error) {
  auto begin = std::chrono::steady_clock::now();
  error = work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Rows of `indices` [batch, length, k]: min(k, t + 1) distinct keys s <= t, ascending, then -1.
void fillIndices(Tensor &indices) {
  int64_t length = indices.shape()[1], k = indices.shape()[2];
  int32_t *out = indices.data<int32_t>();
  for (int64_t row = 0; row < indices.shape()[0] * length; ++row) {
    int64_t t = row % length, wanted = std::min(k, t + 1), chosen = 0;
    // Selection sampling: key s is taken with probability (still wanted) / (still to come).
    for (int64_t s = 0; s <= t && chosen < wanted; ++s)
      if (static_cast<int64_t>(drawBelow(t + 1 - s, kSeed, row, s)) < wanted - chosen)
        out[row * k + chosen++] = static_cast<int32_t>(s);
    std::fill(out + row * k + chosen, out + (row + 1) * k, -1);
  }
}

/// The same rows with half of the keys the last ones and the others kept from row to row, but for
/// one in 32. The rows of one sequence.
void fillNeighbouring(Tensor &indices) {
  int64_t length = indices.shape()[1], k = indices.shape()[2], half = k / 2;
  int32_t *out = indices.data<int32_t>();
  std::vector<int32_t> far(half);
  std::iota(far.begin(), far.end(), 0);
  std::vector<bool> isFar(length);
  std::fill_n(isFar.begin(), half, true);
  for (int64_t t = 0; t < length; ++t) {
    int64_t first = std::max<int64_t>(0, t + 1 - (k - half)), filled = 0;
    int32_t *row = out + t * k;
    for (int64_t draw = 0; t >= k && draw < std::max<int64_t>(1, half / 32); ++draw) {
      int64_t place = static_cast<int64_t>(drawBelow(half, kSeed, t, 2 * draw));
      auto key = static_cast<int32_t>(drawBelow(first, kSeed, t, 2 * draw + 1));
      if (isFar[key])
        continue;
      isFar[far[place]] = false;
      isFar[key] = true;
      far[place] = key;
    }
    for (int64_t s = 0; s < first; ++s)
      if (t < k || isFar[s])
        row[filled++] = static_cast<int32_t>(s);
    for (int64_t s = first; s <= t; ++s)
      row[filled++] = static_cast<int32_t>(s);
    std::fill(row + filled, row + k, -1);
  }
}

double uniform(uint64_t stream, uint64_t number) {
  return static_cast<double>(drawBelow(1 << 24, kSeed, stream, number) + 1) / ((1 << 24) + 1);
}

/// Element i of an indexer's `tensor`.
double indexInput(const TensorSpec &spec, Scores scores, int64_t i) {
  uint64_t stream = spec.name.back();
  auto number = static_cast<uint64_t>(i);
  double noise = std::sqrt(-2 * std::log(uniform(stream, 2 * number))) *
                 std::cos(2 * M_PI * uniform(stream, 2 * number + 1));
  bool isKey = spec.name == "index_k", isWeight = spec.name == "index_w";
  if (scores == Scores::Negative && isWeight)
    return -std::abs(noise);
  if (scores == Scores::Noise || scores == Scores::Negative)
    return noise;
  if (!isKey)
    return 1;
  int64_t key = i / spec.shape.back() % spec.shape[1];
  if (scores == Scores::Rising)
    return static_cast<double>(key + 1) / static_cast<double>(spec.shape[1]);
  return scores == Scores::Equal || drawBelow(32, kSeed, stream, key) == 0 ? 1 : -1;
}

/// Values by name: equal groups for `offsets`, a causal selection for `indices`, rows of `w` for
/// `targets`, an indexer's for `index_...`, uniform numbers in [-.5, .5) otherwise.
Tensor inputOf(const TensorSpec &spec, llvm::ArrayRef<TensorSpec> all, const KernelCase &kernel) {
  Tensor tensor(spec.dtype, spec.shape);
  if (spec.name == "indices") {
    kernel.keys == Keys::Independent ? fillIndices(tensor) : fillNeighbouring(tensor);
    return tensor;
  }
  for (int64_t i = 0; i < tensor.numElements(); ++i) {
    if (spec.name == "offsets")
      tensor.set(i, static_cast<double>(all.front().shape[0] * i / (tensor.numElements() - 1)));
    else if (spec.name == "targets")
      tensor.set(i, static_cast<double>(drawBelow(all[1].shape[0], kSeed, 0, i)));
    else if (llvm::StringRef(spec.name).starts_with("index_"))
      tensor.set(i, indexInput(spec, kernel.scores, i));
    else
      tensor.set(
          i, static_cast<double>(drawBelow(1 << 24, kSeed, spec.name.size(), i)) / (1 << 24) - .5);
  }
  return tensor;
}

llvm::Expected<KernelRow> timeCase(const KernelCase &kernel, int64_t threads,
                                   const KernelOptions &choices, double peak) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(kernel.module, &context);
  assert(module && "the cases of the benchmark parse");
  CompilerOptions options;
  options.threads = static_cast<int>(threads);
  options.trace = choices.trace;
  auto executable = compile(*module, "main", options);
  if (!executable)
    return executable.takeError();
  llvm::SmallVector<Tensor> arguments, results;
  for (const TensorSpec &spec : (*executable)->arguments())
    arguments.push_back(inputOf(spec, (*executable)->arguments(), kernel));
  ThreadPool pool(static_cast<int>(threads));
  RunOptions run{&pool};
  auto seconds = timeOf(choices.runs, [&] { return (*executable)->run(arguments, results, run); });
  if (!seconds)
    return seconds.takeError();
  int64_t flops = kernel.flops;
  const auto *kernels = dynamic_cast<const KernelExecutable *>(executable->get());
  if (flops == 0 && kernels)
    for (const Launch &launch : kernels->launches())
      flops += launch.flops;
  double gflops = 1e-9 * static_cast<double>(flops) / *seconds;
  return KernelRow{kernel.kernel, kernel.shape, threads, *seconds, gflops, gflops / peak};
}

llvm::Expected<LearnerOptions> quickStep(llvm::StringRef model, int64_t threads,
                                         llvm::StringRef cache) {
  auto config = loadModelConfig(modelDescription(model));
  if (!config)
    return config.takeError();
  config->vocab = 4096;
  config->length = 64;
  config->batch = 16;
  LearnerOptions options;
  options.model = *config;
  options.init = "normal";
  options.train.clip = 1.0;
  options.threads = threads;
  options.cacheDirectory = cache.str();
  return options;
}

/// One training step of the quick preset.
llvm::Expected<KernelRow> timeStep(llvm::StringRef model, int64_t threads, int64_t runs,
                                   double peak) {
  auto options = quickStep(model, threads, "");
  if (!options)
    return options.takeError();
  auto learner = ModelLearner::create(*options);
  if (!learner)
    return learner.takeError();
  TokenBatch batch{16, 64, {}};
  for (int64_t i = 0; i < 16 * 65; ++i)
    batch.ids.push_back(static_cast<int32_t>(drawBelow(4096, kSeed, 0, i)));
  auto seconds =
      timeOf(runs, [&] { return (*learner)->step(batch, 1e-3, Stage::Whole).takeError(); });
  if (!seconds)
    return seconds.takeError();
  double gflops = 1e-9 * static_cast<double>((*learner)->flopsPerStep()) / *seconds;
  return KernelRow{
      ("train_step " + model).str(), "B16 L64 V4096", threads, *seconds, gflops, gflops / peak};
}

/// Step and evaluation of the sparse quick preset, from an empty cache and from the one it leaves.
llvm::Expected<CompileTimes> timeCompile(int64_t threads) {
  llvm::SmallString<128> cache;
  if (std::error_code code = llvm::sys::fs::createUniqueDirectory("dsa-cache", cache))
    return llvm::createStringError(code, "expected a temporary folder, got: " + code.message());
  llvm::scope_exit remove([&] { llvm::sys::fs::remove_directories(cache); });
  CompileTimes times;
  for (double *seconds : {&times.cold, &times.cached}) {
    auto options = quickStep("sparse-moe", threads, cache);
    if (!options)
      return options.takeError();
    auto learner = ModelLearner::create(*options);
    if (!learner)
      return learner.takeError();
    *seconds = (*learner)->compileSeconds();
  }
  return times;
}

void print(const KernelBenchmark &benchmark) {
  llvm::outs() << benchmark.machine << '\n';
  for (auto [threads, peak] : benchmark.peaks)
    llvm::outs() << llvm::formatv("peak on {0} thread{1}: {2:f1} GFLOP/s\n", threads,
                                  threads == 1 ? "" : "s", peak);
  llvm::outs() << llvm::formatv("\n{0,-28} {1,-28} {2,7} {3,10} {4,9} {5,7}\n", "kernel", "shape",
                                "threads", "ms", "GFLOP/s", "peak");
  for (const KernelRow &row : benchmark.rows)
    llvm::outs() << llvm::formatv("{0,-28} {1,-28} {2,7} {3,10:f3} {4,9:f1} {5,6:f1}%\n",
                                  row.kernel, row.shape, row.threads, 1e3 * row.seconds, row.gflops,
                                  100 * row.peakFraction);
  if (benchmark.compile.cold > 0)
    llvm::outs() << llvm::formatv("\ncompiling the quick training step: {0:f2} s cold, {1:f2} s "
                                  "from the disk cache\n",
                                  benchmark.compile.cold, benchmark.compile.cached);
}

} // namespace

llvm::Expected<double> dsa::timeOf(int64_t runs, llvm::function_ref<llvm::Error()> work) {
  std::vector<double> seconds;
  for (int64_t run = 0; run <= runs; ++run) {
    llvm::Error error = llvm::Error::success();
    double taken = secondsOf(work, error);
    if (error)
      return error;
    if (run > 0)
      seconds.push_back(taken);
  }
  return medianOf(seconds);
}

llvm::Expected<KernelBenchmark> dsa::benchmarkKernels(const KernelOptions &options) {
  KernelBenchmark benchmark;
  benchmark.machine = machineName();
  for (int64_t threads : options.threads) {
    ThreadPool pool(static_cast<int>(threads));
    double peak = measureHost(pool).gflopsAllThreads;
    benchmark.peaks.emplace_back(threads, peak);
    std::vector<KernelCase> cases = kernelCases();
    for (const KernelCase &kernel : cases) {
      if (!llvm::StringRef(kernel.kernel).contains(options.only))
        continue;
      auto row = timeCase(kernel, threads, options, peak);
      if (!row)
        return row.takeError();
      benchmark.rows.push_back(std::move(*row));
    }
    for (llvm::StringRef model : {"classic-moe", "sparse-moe"}) {
      if (!options.step)
        continue;
      auto row = timeStep(model, threads, options.runs, peak);
      if (!row)
        return row.takeError();
      benchmark.rows.push_back(std::move(*row));
    }
  }
  if (options.step) {
    auto times = timeCompile(options.threads.back());
    if (!times)
      return times.takeError();
    benchmark.compile = *times;
  }
  return benchmark;
}

llvm::json::Value dsa::toJson(const KernelBenchmark &benchmark) {
  llvm::json::Array rows, peaks;
  for (auto [threads, peak] : benchmark.peaks)
    peaks.push_back(llvm::json::Object{{"threads", threads}, {"gflops", peak}});
  for (const KernelRow &row : benchmark.rows)
    rows.push_back(llvm::json::Object{{"kernel", row.kernel},
                                      {"shape", row.shape},
                                      {"threads", row.threads},
                                      {"seconds", row.seconds},
                                      {"gflops", row.gflops},
                                      {"peak_fraction", row.peakFraction}});
  llvm::json::Object object{
      {"machine", benchmark.machine}, {"peaks", std::move(peaks)}, {"rows", std::move(rows)}};
  if (benchmark.compile.cold > 0)
    object["compile"] = llvm::json::Object{{"cold_seconds", benchmark.compile.cold},
                                           {"cached_seconds", benchmark.compile.cached}};
  return object;
}

llvm::Expected<int> dsa::answerKernels(llvm::ArrayRef<llvm::StringRef> arguments) {
  KernelOptions settings;
  bool json = false, help = false, noStep = false;
  Options options;
  options.text("only", "WORD", "only kernels with this in their name", settings.only);
  options.integers("threads", "thread counts to time", settings.threads, 1, 1024);
  options.integer("runs", "timed runs, of which the median counts", settings.runs, 1, 1000);
  options.flag("no-step", "leave out the training step and its compilation", noStep);
  options.flag("json", "print one JSON object with rows", json);
  options.flag("help", "print this", help);
  TraceFile trace;
  trace.declare(options);
  HistoryFile history;
  history.declare(options);
  std::string described = options.help();
  if (llvm::Error error = options.parse(arguments))
    return error;
  if (help) {
    llvm::outs() << "usage: dsa-lab kernels [options]\n\n"
                    "Times compiled kernels beside the multiply-add peak of this machine, measured "
                    "in the same run.\n\noptions:\n"
                 << described
                 << "\nexamples:\n  dsa-lab kernels --only=linear --threads=1\n"
                    "  dsa-lab kernels --json > kernels.json\n";
    return 0;
  }
  settings.step = !noStep;
  settings.trace = trace.timeline();
  auto benchmark = benchmarkKernels(settings);
  if (!benchmark)
    return benchmark.takeError();
  if (llvm::Error error = trace.write())
    return error;
  if (llvm::Error error = history.record(*benchmark))
    return error;
  if (json)
    llvm::outs() << llvm::formatv("{0:2}\n", toJson(*benchmark));
  else
    print(*benchmark);
  return 0;
}
