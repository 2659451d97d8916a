// Trains classic, causal sparse and published sparse attention side by side and judges the claims.
#include "experiments/SparseVsClassic.h"

#include "codegen/Registration.h"
#include "experiments/Dataset.h"
#include "experiments/ModelFiles.h"
#include "experiments/ModelLearner.h"
#include "experiments/Progress.h"
#include "experiments/Question.h"
#include "experiments/Report.h"
#include "experiments/ResultFile.h"
#include "models/ModelCost.h"
#include "runtime/HostProbe.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"

#include <ctime>

using namespace dsa;

namespace {

/// The model description of an arm.
std::string modelFile(llvm::StringRef arm) {
  llvm::StringRef name = arm == "classic"     ? "classic-moe"
                         : arm == "published" ? "sparse-moe-published"
                                              : "sparse-moe";
  return modelDescription(name);
}

/// The network of `arm` at `length`, as `settings` change it.
llvm::Expected<ModelConfig> modelOf(const StudySettings &settings, llvm::StringRef arm,
                                    int64_t length) {
  auto model = loadModelConfig(modelFile(arm));
  if (!model)
    return model.takeError();
  model->vocab = settings.vocabulary;
  model->length = length;
  model->batch = settings.batch;
  model->dropout = settings.dropout;
  return model;
}

void warn(Study &study, const llvm::Twine &message) {
  study.warnings.push_back(message.str());
  llvm::errs() << "warning: " << message << '\n';
}

void collectWarnings(Study &study) {
  const StudySettings &s = study.settings;
  if (llvm::is_contained(s.arms, "published"))
    warn(study,
         "arm published: its selection holds keys from the future, which the causality "
         "proof rejects and this run acknowledges; its figures show the defect, not a model");
  if (s.split == "published")
    warn(study,
         "split published: stride-1 windows divided at random share nearly every token "
         "between training and validation, so the loss measures recall of the training text");
  if (study.data.pieces < s.vocabulary)
    warn(study, llvm::formatv("vocabulary {0}: the corpus supports {1} pieces, so {2} rows of the "
                              "embedding stay unused",
                              s.vocabulary, study.data.pieces, s.vocabulary - study.data.pieces));
}

/// Trains one run and keeps `study` and its files up to date.
llvm::Error trainRun(Study &study, RunRecord &run, const Windows &windows,
                     const SparseVsClassicOptions &options) {
  const StudySettings &s = study.settings;
  auto model = modelOf(s, run.arm, run.length);
  if (!model)
    return model.takeError();
  run.selected = std::max<int64_t>(1, run.length / 2);
  LearnerOptions built;
  built.model = *model;
  built.init = s.init;
  built.clip = s.clip;
  built.seed = run.seed;
  built.target = s.target;
  built.threads = s.threads;
  built.cacheDirectory = options.cache;
  built.trace = options.trace.timeline();
  built.acknowledgeLeak = run.arm == "published";
  auto learner = ModelLearner::create(built);
  if (!learner)
    return learner.takeError();
  run.parameters = (*learner)->parameters();
  run.flopsPerStep = (*learner)->flopsPerStep();
  run.plannedBytes = (*learner)->plannedBytes();
  run.compileSeconds = (*learner)->compileSeconds();
  TrainerOptions loop{{s.rate, s.warmup, s.steps, s.cosine}, s.evaluateEvery, run.selected};
  Progress progress(llvm::outs(), runName(run), s.steps, s.batch * run.length);
  auto batchOf = [&](int64_t step) { return windows.trainingBatch(step, s.batch, run.seed); };
  size_t evaluated = 0;
  auto observe = [&](const TrainingLog &log) -> llvm::Error {
    progress.update(static_cast<int64_t>(log.losses.size()), log.losses.back());
    if (log.evaluations.size() == evaluated)
      return llvm::Error::success();
    evaluated = log.evaluations.size();
    run.log = log;
    return writeRun(run, options.folder);
  };
  auto log = train(**learner, loop, batchOf, windows.heldOutBatch(s.heldOutWindows),
                   interruptFlag(), observe);
  if (!log)
    return log.takeError();
  run.log = std::move(*log);
  if (run.log.evaluations.empty())
    progress.finish("interrupted before its first evaluation");
  else
    progress.finish(llvm::formatv("held-out loss {0:f3}, accuracy {1:f1} %, {2:f0} ms a step{3}",
                                  run.log.evaluations.back().all.loss,
                                  100 * run.log.evaluations.back().all.accuracy,
                                  1e3 * median(run.log.seconds),
                                  run.log.interrupted ? ", interrupted" : "")
                        .str());
  return writeRun(run, options.folder);
}

llvm::Expected<Windows> windowsOf(const Study &study, const Dataset &data, int64_t length) {
  Split split = study.settings.split == "ranges" ? Split::Ranges : Split::Published;
  return Windows::make(data.ids, data.trainingTokens, length, split);
}

/// Every length, seed and arm in turn, with the study written after each run.
llvm::Error trainAll(Study &study, const Dataset &data, const SparseVsClassicOptions &options) {
  for (int64_t length : study.settings.lengths) {
    auto windows = windowsOf(study, data, length);
    if (!windows)
      return windows.takeError();
    study.data.sharedTokens = windows->sharedTokens();
    for (int64_t seed : study.settings.seeds)
      for (const std::string &arm : study.settings.arms) {
        RunRecord run;
        run.arm = arm;
        run.length = length;
        run.seed = seed;
        llvm::Error error = trainRun(study, run, *windows, options);
        bool stopped = run.log.interrupted;
        if (!run.log.losses.empty())
          study.runs.push_back(std::move(run));
        if (!error && stopped)
          return llvm::Error::success();
        if (!error)
          error = writeStudy(study, options.folder);
        if (error)
          return error;
      }
  }
  study.finished = true;
  return llvm::Error::success();
}

/// Says how long the study will take: the FLOPs that its models count, at the share of this
/// machine's peak that a training step reaches.
llvm::Error printEstimate(const StudySettings &s) {
  constexpr double kShareOfPeak = .4;
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  double flops = 0;
  for (int64_t length : s.lengths)
    for (const std::string &arm : s.arms) {
      auto model = modelOf(s, arm, length);
      if (!model)
        return model.takeError();
      auto cost = costOfModel(context, *model, arm == "published");
      if (!cost)
        return cost.takeError();
      // A forward pass is a third of a step.
      int64_t evaluations = (s.steps + s.evaluateEvery - 1) / s.evaluateEvery;
      int64_t tokens = (s.steps * s.batch + evaluations * s.heldOutWindows / 3) * length;
      flops += static_cast<double>(cost->flopsPerToken) * static_cast<double>(tokens);
    }
  flops *= static_cast<double>(s.seeds.size());
  ThreadPool pool(static_cast<int>(s.threads));
  double rate = 1e9 * kShareOfPeak * measureHost(pool).gflopsAllThreads;
  llvm::outs() << llvm::formatv("estimate: {0:f0} TFLOP, about {1} at 40 % of the peak of {2} "
                                "threads ({3:f0} GFLOP/s)\n",
                                1e-12 * flops, Progress::duration(flops / rate), s.threads,
                                1e-9 * rate / kShareOfPeak);
  llvm::outs().flush();
  return llvm::Error::success();
}

std::string machine() {
  Host host = describeHost();
  return llvm::formatv("{0}, {1} threads, {2} floats in a vector", host.cpu, host.threads,
                       host.vectorFloats);
}

std::string today() {
  std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

} // namespace

llvm::Expected<int> dsa::answerSparseVsClassic(llvm::ArrayRef<llvm::StringRef> arguments) {
  auto options = parseSparseVsClassic(arguments);
  if (!options)
    return options.takeError();
  if (options->help) {
    llvm::outs() << sparseVsClassicHelp();
    return 0;
  }
  Study study;
  study.settings = options->settings;
  study.command = "dsa-lab sparse-vs-classic " + llvm::join(arguments, " ");
  study.date = today();
  study.machine = machine();
  const StudySettings &s = study.settings;
  BlobCache cache(options->cache);
  auto data = loadDataset(s.corpus, s.vocabulary, s.lengths.back(), s.tokenLimit, cache);
  if (!data)
    return data.takeError();
  study.data = {data->bytes, data->trainingTokens,
                static_cast<int64_t>(data->ids.size()) - data->trainingTokens, data->pieces, 0};
  if (llvm::Error error = prepareResultFolder(options->folder))
    return error;
  collectWarnings(study);
  if (s.preset == "paper")
    if (llvm::Error error = printEstimate(s))
      return error;
  interruptFlag();
  if (llvm::Error error = trainAll(study, *data, *options))
    return error;
  if (llvm::Error error = writeStudy(study, options->folder))
    return error;
  if (llvm::Error error = options->trace.write())
    return error;
  llvm::outs() << '\n' << resultTable(study) << "\nreport: " << options->folder << "/report.html\n";
  if (!study.finished)
    llvm::outs() << "interrupted: what was done until then is saved\n";
  return study.finished ? 0 : kInterrupted;
}
