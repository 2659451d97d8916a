// Runs one training step here and in other frameworks, one after the other on the same cores.
#include "experiments/ChildProcess.h"
#include "experiments/History.h"
#include "experiments/ModelFiles.h"
#include "experiments/NumberText.h"
#include "experiments/PeerJob.h"
#include "experiments/Provenance.h"
#include "experiments/Question.h"
#include "runtime/HostProbe.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

#include <sched.h>

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kModel = "classic-moe";
/// Longest time for one peer, in seconds.
constexpr unsigned kPatience = 1200;

/// A framework and the command line that makes it do a job.
struct Peer {
  llvm::StringLiteral name, script;
  std::vector<llvm::StringRef> flags;
};

llvm::ArrayRef<Peer> peers() {
  static const Peer kPeers[] = {{"pytorch", "pytorch", {}},
                                {"torch-compile", "pytorch", {"--compile"}},
                                {"jax", "jax_jit", {}}};
  return kPeers;
}

struct PeersOptions {
  std::vector<int64_t> vocabularies = {4096, 49152}, threads = {2};
  int64_t length = 256, batch = 16, runs = 7;
  double dropout = 0.1;
  std::string dtype = "f32";
  std::vector<std::string> names;
  std::string python = "python3";
};

/// A job and what became of it at one peer.
struct PeerRow {
  std::string peer;
  ModelConfig model;
  int64_t threads = 1;
  double peakGflops = 0; ///< Multiply-adds on as many threads.
  double ownMilliseconds = 0;
  PeerResult result;
  std::string failure; ///< One sentence, if it did not finish.
};

/// Lets this process and its children run on the first `threads` of the cores that it was given.
llvm::Error pinTo(const cpu_set_t &given, int64_t threads) {
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&chosen) < threads; ++core)
    if (CPU_ISSET(core, &given))
      CPU_SET(core, &chosen);
  if (CPU_COUNT(&chosen) < threads)
    return llvm::createStringError("option --threads: expected at most the %d cores of this "
                                   "process, got %d",
                                   CPU_COUNT(&chosen), static_cast<int>(threads));
  if (sched_setaffinity(0, sizeof chosen, &chosen) != 0)
    return llvm::errorCodeToError(std::error_code(errno, std::generic_category()));
  return llvm::Error::success();
}

/// Runs a peer in a process of its own, so that its peak of memory is its own too.
llvm::Expected<PeerResult> runPeer(llvm::StringRef program,
                                   llvm::ArrayRef<llvm::StringRef> arguments) {
  auto finished = runProgram(program, arguments, kPatience);
  if (!finished)
    return finished.takeError();
  if (finished->status != 0) {
    llvm::StringRef last = llvm::StringRef(finished->errors).rtrim();
    last = last.substr(last.rfind('\n') + 1);
    return llvm::createStringError(
        last.empty()
            ? llvm::formatv("ended with status {0} {1}", finished->status, finished->reason).str()
            : last.str());
  }
  return parsePeerResult(finished->output);
}

/// What `result` says as a row of `row`'s job.
PeerRow rowOf(PeerRow row, llvm::StringRef peer, llvm::Expected<PeerResult> result) {
  row.peer = peer.str();
  if (result)
    row.result = *result;
  else
    row.failure = llvm::toString(result.takeError());
  return row;
}

/// One job: ourselves, then the others.
llvm::Expected<std::vector<PeerRow>> runJob(const PeersOptions &options, const PeerJob &job) {
  llvm::SmallString<128> folder;
  if (std::error_code code = llvm::sys::fs::createUniqueDirectory("dsa-peers", folder))
    return llvm::createStringError(code, "expected a temporary folder, got: " + code.message());
  llvm::scope_exit remove([&] { llvm::sys::fs::remove_directories(folder); });
  if (llvm::Error error = writePeerJob(folder, job))
    return error;
  PeerRow row;
  row.model = job.model;
  row.threads = job.threads;
  {
    ThreadPool pool(static_cast<int>(job.threads));
    row.peakGflops = measureHost(pool).gflopsAllThreads;
  }
  void *here = reinterpret_cast<void *>(&answerPeers);
  std::string self = llvm::sys::fs::getMainExecutable(nullptr, here);
  auto own = runPeer(self, {"peers", ("--job=" + folder).str()});
  if (!own)
    return own.takeError();
  row.ownMilliseconds = own->milliseconds;
  std::vector<PeerRow> rows{rowOf(row, "dsa", *own)};
  for (const Peer &peer : peers()) {
    if (!llvm::is_contained(options.names, peer.name))
      continue;
    std::string script = peerScript(peer.script);
    llvm::SmallVector<llvm::StringRef> arguments{"-B", script, folder};
    llvm::append_range(arguments, peer.flags);
    rows.push_back(rowOf(row, peer.name, runPeer(options.python, arguments)));
  }
  return rows;
}

llvm::Expected<std::vector<PeerRow>> runJobs(const PeersOptions &options) {
  auto config = loadModelConfig(modelDescription(kModel));
  if (!config)
    return config.takeError();
  cpu_set_t given;
  if (sched_getaffinity(0, sizeof given, &given) != 0)
    return llvm::errorCodeToError(std::error_code(errno, std::generic_category()));
  std::vector<PeerRow> rows;
  config->length = options.length;
  config->batch = options.batch;
  config->dropout = options.dropout;
  config->dtype = *parseDType(options.dtype);
  if (options.dropout == 0)
    config->moe.routerNoise = 0;
  for (int64_t threads : options.threads) {
    if (llvm::Error error = pinTo(given, threads))
      return error;
    for (int64_t vocabulary : options.vocabularies) {
      config->vocab = vocabulary;
      auto done = runJob(options, {*config, threads, options.runs});
      if (!done)
        return done.takeError();
      llvm::append_range(rows, *done);
    }
  }
  return rows;
}

std::string shapeOf(const PeerRow &row) {
  return llvm::formatv("B{0} L{1} V{2}", row.model.batch, row.model.length, row.model.vocab);
}

double gflopsOf(const PeerRow &row) {
  return 1e-6 * static_cast<double>(row.result.flops) / row.result.milliseconds;
}

void printRow(const PeerRow &row) {
  if (row.peer == "dsa")
    llvm::outs() << llvm::formatv(
                        "\n{0}, {7}, dropout {1}, {2} thread{3}; f32 peak {4:f1} GFLOP/s, "
                        "ours {5:f1}, {6:f1} % of it\n",
                        shapeOf(row), shortNumber(row.model.dropout), row.threads,
                        row.threads == 1 ? "" : "s", row.peakGflops, gflopsOf(row),
                        100 * gflopsOf(row) / row.peakGflops, name(row.model.dtype))
                 << "peer            ms a step    ratio    peak MB         loss   update off by\n";
  llvm::outs() << llvm::left_justify(row.peer, 15);
  if (!row.failure.empty())
    llvm::outs() << " failed: " << row.failure << '\n';
  else if (!row.result.missing.empty())
    llvm::outs() << " not installed (" << row.result.missing << "): " << row.result.install << '\n';
  else
    llvm::outs() << llvm::formatv(
        "{0,10:f1} {1,8:f2} {2,10:f1} {3,12:f5} {4,15}  {5}\n", row.result.milliseconds,
        row.result.milliseconds / row.ownMilliseconds, 1e-6 * row.result.peakBytes, row.result.loss,
        shortNumber(row.result.updateDifference), row.result.version);
}

llvm::json::Value rowJson(const PeerRow &row) {
  llvm::json::Object object{
      {"peer", row.peer},         {"vocab", row.model.vocab},     {"length", row.model.length},
      {"batch", row.model.batch}, {"dropout", row.model.dropout}, {"dtype", name(row.model.dtype)},
      {"threads", row.threads},   {"peak_gflops", row.peakGflops}};
  if (!row.failure.empty())
    object["failed"] = row.failure;
  else if (!row.result.missing.empty())
    object["missing"] = row.result.missing, object["install"] = row.result.install;
  else {
    object["ratio"] = row.result.milliseconds / row.ownMilliseconds;
    llvm::json::Value result = toJson(row.result);
    for (auto &[name, value] : *result.getAsObject())
      object[name] = value;
  }
  return object;
}

/// Our own rows as a benchmark, for the history.
KernelBenchmark benchmarkOf(llvm::ArrayRef<PeerRow> rows) {
  KernelBenchmark benchmark{machineName(), {}, {}, {}};
  for (const PeerRow &row : rows) {
    if (row.peer != "dsa")
      continue;
    benchmark.peaks.emplace_back(row.threads, row.peakGflops);
    std::string narrow = row.model.dtype == DType::F32 ? "" : " " + name(row.model.dtype).str();
    benchmark.rows.push_back({("train_step " + kModel).str() + narrow, shapeOf(row), row.threads,
                              1e-3 * row.result.milliseconds, gflopsOf(row),
                              gflopsOf(row) / row.peakGflops});
  }
  return benchmark;
}

void print(llvm::ArrayRef<PeerRow> rows, bool json) {
  if (json) {
    llvm::json::Array all;
    for (const PeerRow &row : rows)
      all.push_back(rowJson(row));
    llvm::json::Object object{
        {"machine", machineName()}, {"date", today()}, {"rows", std::move(all)}};
    llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object)));
    return;
  }
  llvm::outs() << machineName() << ", " << today() << '\n';
  llvm::for_each(rows, printRow);
}

} // namespace

llvm::Expected<int> dsa::answerPeers(llvm::ArrayRef<llvm::StringRef> arguments) {
  PeersOptions settings;
  std::vector<std::string> names;
  for (const Peer &peer : peers())
    names.push_back(peer.name.str());
  settings.names = names;
  std::string folder;
  bool json = false, help = false;
  Options options;
  options.choices("peers", "who runs beside us", settings.names, names);
  options.integers("vocab", "rows of the embedding", settings.vocabularies, 2, 1 << 20);
  options.integers("threads", "threads, each on a core of its own", settings.threads, 1, 1024);
  options.integer("length", "tokens of a window", settings.length, 2, 4096);
  options.integer("batch", "windows of a step", settings.batch, 1, 4096);
  options.number("dropout", "of the timed steps; 0 also stops the router's noise", settings.dropout,
                 0, .9);
  options.choice("dtype", "of activations and the weights that they meet", settings.dtype,
                 {"f32", "bf16"});
  options.integer("runs", "timed steps, of which the median counts", settings.runs, 1, 1000);
  options.text("python", "PROGRAM", "what runs the scripts of the peers", settings.python);
  options.text("job", "FOLDER", "do one job as a peer does, and print its JSON object", folder);
  options.flag("json", "print one JSON object with rows", json);
  options.flag("help", "print this", help);
  HistoryFile history;
  history.declare(options);
  std::string described = options.help();
  if (llvm::Error error = options.parse(arguments))
    return error;
  if (help) {
    llvm::outs() << "usage: dsa-lab peers [options]\n\n"
                    "Times one training step of classic-moe (Adam) here and in other "
                    "frameworks, one after the\nother on the same cores: same weights, same batch. "
                    "Each first shows that its loss and its updated\nparameters without dropout "
                    "agree with ours. A ratio above 1 is slower than ours. Memory is the peak\nof "
                    "the process less what it had before it saw the job.\n\noptions:\n"
                 << described
                 << "\nexamples:\n  dsa-lab peers --vocab=4096 --threads=1,2\n"
                    "  dsa-lab peers --peers=pytorch,jax --json > peers.json\n";
    return 0;
  }
  if (!folder.empty()) {
    auto result = doPeerJob(folder);
    if (!result)
      return result.takeError();
    llvm::outs() << llvm::formatv("{0}\n", toJson(*result));
    return 0;
  }
  auto rows = runJobs(settings);
  if (!rows)
    return rows.takeError();
  print(*rows, json);
  if (llvm::Error error = history.record(benchmarkOf(*rows)))
    return error;
  return llvm::all_of(*rows, [](const PeerRow &row) { return row.failure.empty(); }) ? 0 : 1;
}
