// What one layer of trained sparse attention costs in memory and time as sequences grow.
#include "experiments/KernelBenchmark.h"
#include "experiments/ModelFiles.h"
#include "experiments/Options.h"
#include "experiments/Provenance.h"
#include "experiments/Question.h"

#include "codegen/Registration.h"
#include "models/ModelCost.h"
#include "models/ModelSession.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dsa;

namespace {

constexpr int64_t kVocabulary = 4096;

struct SpeedOptions {
  std::vector<int64_t> lengths = {2048, 8192, 32768};
  int64_t k = 512, threads = 2, runs = 3;
  bool memoryOnly = false;
};

/// A training step at one length.
struct SpeedRow {
  int64_t length = 0;
  ModelCost cost;
  double seconds = 0; ///< Median over the runs; 0 where only memory was asked for.
};

/// One sequence through one layer whose indexer is trained, and a small head.
llvm::Expected<ModelConfig> layerOf(int64_t length, int64_t k) {
  auto config = loadModelConfig(modelDescription("sparse-moe-trained"));
  if (!config)
    return config.takeError();
  config->layers = config->batch = 1;
  config->vocab = kVocabulary;
  config->length = length;
  config->k = k;
  return config;
}

llvm::Expected<double> timeStep(const ModelConfig &config, const SpeedOptions &options) {
  SessionOptions session;
  session.compiler.threads = static_cast<int>(options.threads);
  auto learner = createSession(config, {.evaluate = false}, session);
  if (!learner)
    return learner.takeError();
  Tensor tokens(DType::I32, {1, config.length + 1});
  for (int64_t at = 0; at <= config.length; ++at)
    tokens.set(at, static_cast<double>(at * at % kVocabulary));
  return timeOf(options.runs, [&] { return (*learner)->step(tokens, 1e-3).takeError(); });
}

llvm::Expected<SpeedRow> rowAt(int64_t length, const SpeedOptions &options) {
  auto config = layerOf(length, options.k);
  if (!config)
    return config.takeError();
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto cost = costOfModel(context, *config, /*acknowledgeLeak=*/false);
  if (!cost)
    return cost.takeError();
  SpeedRow row{length, *cost, 0};
  if (options.memoryOnly)
    return row;
  auto seconds = timeStep(*config, options);
  if (!seconds)
    return seconds.takeError();
  row.seconds = *seconds;
  return row;
}

/// The power of the length with which the planned bytes grow, between the first and the last row.
double slopeOf(llvm::ArrayRef<SpeedRow> rows) {
  auto growth = [](int64_t from, int64_t to) {
    return std::log(static_cast<double>(to) / static_cast<double>(from));
  };
  return growth(rows.front().cost.plannedBytes, rows.back().cost.plannedBytes) /
         growth(rows.front().length, rows.back().length);
}

llvm::json::Value toJson(llvm::ArrayRef<SpeedRow> rows, const SpeedOptions &options) {
  llvm::json::Array array;
  for (const SpeedRow &row : rows) {
    llvm::json::Object object{{"length", row.length},
                              {"k", options.k},
                              {"planned_bytes", row.cost.plannedBytes},
                              {"flops", row.cost.flopsPerToken * row.length}};
    if (!options.memoryOnly)
      object["seconds"] = row.seconds;
    array.push_back(std::move(object));
  }
  llvm::json::Object object{
      {"machine", machineName()}, {"threads", options.threads}, {"rows", std::move(array)}};
  if (rows.size() > 1)
    object["bytes_slope"] = slopeOf(rows);
  return object;
}

void print(llvm::ArrayRef<SpeedRow> rows, const SpeedOptions &options) {
  llvm::outs() << llvm::formatv("{0}\n{1} selected keys a query, {2} thread{3}\n\n{4,8} {5,14} "
                                "{6,10} {7,9}\n",
                                machineName(), options.k, options.threads,
                                options.threads == 1 ? "" : "s", "length", "planned bytes",
                                "seconds", "GFLOP/s");
  for (const SpeedRow &row : rows) {
    llvm::outs() << llvm::formatv("{0,8} {1,14}", row.length, row.cost.plannedBytes);
    if (!options.memoryOnly)
      llvm::outs() << llvm::formatv(" {0,10:f3} {1,9:f1}", row.seconds,
                                    1e-9 * static_cast<double>(row.cost.flopsPerToken) *
                                        static_cast<double>(row.length) / row.seconds);
    llvm::outs() << '\n';
  }
  if (rows.size() > 1)
    llvm::outs() << llvm::formatv("\nplanned bytes grow with the length to the power of {0:f2}\n",
                                  slopeOf(rows));
}

} // namespace

llvm::Expected<int> dsa::answerSpeed(llvm::ArrayRef<llvm::StringRef> arguments) {
  SpeedOptions settings;
  bool json = false, help = false;
  Options options;
  options.integers("lengths", "tokens of the one sequence, each a training step of its own",
                   settings.lengths, 2, 1 << 20);
  options.integer("k", "keys that a query selects", settings.k, 1, 1 << 20);
  options.flag("memory-only", "plan each step, but do not run it", settings.memoryOnly);
  options.integer("threads", "cores that compute", settings.threads, 1, 1024);
  options.integer("runs", "timed runs, of which the median counts", settings.runs, 1, 1000);
  options.flag("json", "print one JSON object with rows", json);
  options.flag("help", "print this", help);
  std::string described = options.help();
  if (llvm::Error error = options.parse(arguments))
    return error;
  if (help) {
    llvm::outs() << "usage: dsa-lab speed [options]\n\n"
                    "Trains one layer of sparse attention with its indexer, forward and backward, "
                    "on sequences of\ngrowing length: the bytes that the compiler plans for "
                    "(parameters, optimizer state, arena) and\nthe time of a step.\n\noptions:\n"
                 << described
                 << "\nexamples:\n  dsa-lab speed --memory-only\n"
                    "  dsa-lab speed --lengths=1024,4096 --k=256 --json\n";
    return 0;
  }
  std::vector<SpeedRow> rows;
  for (int64_t length : settings.lengths) {
    auto row = rowAt(length, settings);
    if (!row)
      return row.takeError();
    rows.push_back(*row);
  }
  if (json)
    llvm::outs() << llvm::formatv("{0:2}\n", toJson(rows, settings));
  else
    print(rows, settings);
  return 0;
}
