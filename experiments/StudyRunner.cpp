// The order of runs, their checkpoints and their progress.
#include "experiments/StudyRunner.h"

#include "experiments/ModelLearner.h"
#include "experiments/Progress.h"
#include "experiments/Report.h"

#include "llvm/Support/FormatVariadic.h"

#include <chrono>

using namespace dsa;

namespace {

using Clock = std::chrono::steady_clock;

/// How often the file that says how far an experiment is gets replaced.
constexpr std::chrono::seconds kReport(1);

TrainerOptions loopOf(const StudySettings &s, const RunRecord &run) {
  TrainerOptions loop;
  loop.schedule = {s.rate, s.warmup, s.steps, s.cosine};
  loop.evaluateEvery = s.evaluateEvery;
  loop.selected = run.selected;
  if (comparisonOf(s).arm(run.arm).trainsIndexer)
    loop.warmUpIndexer(s.indexerSteps);
  return loop;
}

llvm::Expected<std::unique_ptr<ModelLearner>> learnerOf(const StudyOptions &options,
                                                        const RunRecord &run) {
  const StudySettings &s = options.settings;
  const Arm &arm = comparisonOf(s).arm(run.arm);
  auto model = modelOf(s, arm, run.length);
  if (!model)
    return model.takeError();
  LearnerOptions built;
  built.model = *model;
  built.init = s.init;
  built.train.optimizer =
      s.optimizer == "adamw" ? TrainOptions::Optimizer::AdamW : TrainOptions::Optimizer::Adam;
  built.train.weightDecay = s.weightDecay;
  built.train.clip = s.clip;
  built.train.accumulate = s.accumulate;
  built.seed = run.seed;
  built.target = s.target;
  built.threads = s.threads;
  built.cacheDirectory = options.cache;
  built.trace = options.trace.timeline();
  built.trainIndexer = arm.trainsIndexer;
  built.observe = arm.observes;
  built.acknowledgeLeak = arm.leaks;
  return ModelLearner::create(built);
}

std::string closingLine(const RunRecord &run) {
  if (run.log.evaluations.empty())
    return "interrupted before its first evaluation";
  const Score &last = run.log.evaluations.back().all;
  return llvm::formatv("held-out loss {0:f3}, accuracy {1:f1} %, {2:f0} ms a step{3}", last.loss,
                       100 * last.accuracy, 1e3 * medianOf(run.log.seconds),
                       run.log.interrupted ? ", interrupted" : "");
}

/// Follows a run: bar, progress file, periodic checkpoints, results at every evaluation.
class RunObserver {
public:
  RunObserver(RunRecord &run, const StudySettings &s, double tokensLeft, StudyFolder &folder,
              RunCheckpoints &checkpoints, const ModelLearner &learner, int64_t checkpointEvery)
      : run(run), settings(s), tokensLeft(tokensLeft), folder(folder), checkpoints(checkpoints),
        learner(learner), checkpointEvery(checkpointEvery), first(run.log.steps()), steps(first),
        updates(run.log.updates()), evaluations(run.log.evaluations.size()),
        bar(llvm::outs(), runName(run), s.steps, s.batchAt(run.length) * run.length, first) {}

  llvm::Error operator()(const TrainingLog &log) {
    if (log.updates() != updates)
      return afterUpdate(log);
    if (log.evaluations.size() == evaluations)
      return llvm::Error::success();
    evaluations = log.evaluations.size();
    return writeRun(run, folder.path());
  }

  void finish() { bar.say(closingLine(run)); }

private:
  llvm::Error afterUpdate(const TrainingLog &log) {
    updates = log.updates();
    if (log.steps() != steps)
      bar.update(log.steps(), log.losses.back());
    else if (updates - log.steps() == settings.indexerSteps)
      bar.say(llvm::formatv("{0} steps for the indexer alone, index loss {1:f3} to {2:f3}",
                            settings.indexerSteps, log.indexerLosses.front(),
                            log.indexerLosses.back())
                  .str());
    steps = log.steps();
    if (llvm::Error error = report(log))
      return error;
    if (updates % checkpointEvery == 0)
      return checkpoints.save(learner.checkpoint(), run);
    return llvm::Error::success();
  }

  llvm::Error report(const TrainingLog &log) {
    if (steps == first || (reported && Clock::now() - *reported < kReport))
      return llvm::Error::success();
    reported = Clock::now();
    double speed = bar.tokensPerSecond(steps);
    double done = static_cast<double>((steps - first) * settings.batchAt(run.length) * run.length);
    return folder.write({"running", runName(run), steps, log.losses.back(), speed,
                         (tokensLeft - done) / speed, ""});
  }

  RunRecord &run;
  const StudySettings &settings;
  double tokensLeft;
  StudyFolder &folder;
  RunCheckpoints &checkpoints;
  const ModelLearner &learner;
  int64_t checkpointEvery, first, steps, updates;
  size_t evaluations;
  Progress bar;
  std::optional<Clock::time_point> reported;
};

} // namespace

double StudyRunner::tokensLeft(const RunRecord &current) const {
  const StudySettings &s = study.settings;
  double tokens = 0;
  bool reached = false;
  for (int64_t length : s.lengths)
    for (int64_t seed : s.seedList())
      for (const std::string &arm : s.arms) {
        bool now = arm == current.arm && length == current.length && seed == current.seed;
        reached |= now;
        int64_t steps = now ? s.steps - current.log.steps() : s.steps;
        if (reached)
          tokens += static_cast<double>(steps * s.batchAt(length) * length);
      }
  return tokens;
}

llvm::Error StudyRunner::fail(const RunRecord &run, llvm::Error error) {
  std::vector<std::string> saved = folder.checkpointsOf(runName(run)).paths();
  std::string message =
      llvm::formatv("{0}, {1}; {2}", runName(run), llvm::toString(std::move(error)),
                    saved.empty() ? "no checkpoint was written before"
                                  : "the last good checkpoint is " + saved.back());
  StudyProgress progress;
  progress.state = "failed";
  progress.run = runName(run);
  progress.step = run.log.steps();
  progress.loss = run.log.losses.empty() ? 0 : run.log.losses.back();
  progress.message = message;
  // The message goes to the caller, whether the folder takes it or not.
  llvm::consumeError(folder.write(progress));
  return llvm::createStringError(message);
}

llvm::Error StudyRunner::train(RunRecord &run, const Windows &windows,
                               std::optional<SavedRun> saved) {
  const StudySettings &s = study.settings;
  auto learner = learnerOf(options, run);
  if (!learner)
    return learner.takeError();
  if (saved) {
    if (llvm::Error error = (*learner)->restore(saved->model))
      return llvm::createStringError(saved->path + ": " + llvm::toString(std::move(error)));
    llvm::outs() << runName(run) << "  goes on after step " << run.log.steps() << '\n';
  } else {
    run.parameters = (*learner)->parameters();
    run.flopsPerStep = (*learner)->flopsPerStep();
    run.plannedBytes = (*learner)->plannedBytes();
    run.compileSeconds = (*learner)->compileSeconds();
  }
  saved.reset();
  RunCheckpoints checkpoints = folder.checkpointsOf(runName(run));
  RunObserver observer(run, s, tokensLeft(run), folder, checkpoints, **learner,
                       options.checkpointEvery);
  auto batchOf = [&](int64_t step) {
    return windows.trainingBatch(step, s.batchAt(run.length), run.seed);
  };
  if (llvm::Error error =
          dsa::train(**learner, loopOf(s, run), batchOf, windows.heldOutBatch(s.heldOutWindows),
                     interruptFlag(), observer, run.log))
    return fail(run, std::move(error));
  if (run.log.updates() > 0)
    if (llvm::Error error = checkpoints.save((*learner)->checkpoint(), run))
      return error;
  observer.finish();
  return writeRun(run, folder.path());
}

llvm::Error StudyRunner::complete(RunRecord &run, const Windows &windows) {
  run.selected = std::max<int64_t>(1, run.length / 2);
  std::optional<SavedRun> saved = folder.checkpointsOf(runName(run)).newest(llvm::errs());
  if (saved)
    run = saved->run;
  if (!saved || !isComplete(run.log, loopOf(study.settings, run)))
    return train(run, windows, std::move(saved));
  llvm::outs() << runName(run) << "  is complete\n";
  return writeRun(run, folder.path());
}

llvm::Error StudyRunner::trainAt(int64_t length) {
  Split split = study.settings.split == "ranges" ? Split::Ranges : Split::Published;
  auto windows = Windows::make(data.ids, data.trainingTokens, length, split);
  if (!windows)
    return windows.takeError();
  study.data.sharedTokens = windows->sharedTokens();
  for (int64_t seed : study.settings.seedList())
    for (const std::string &arm : study.settings.arms) {
      RunRecord run;
      run.arm = arm;
      run.length = length;
      run.seed = seed;
      llvm::Error error = complete(run, *windows);
      bool stopped = run.log.interrupted;
      if (!run.log.losses.empty())
        study.runs.push_back(std::move(run));
      if (error || stopped)
        return error;
      if (llvm::Error failed = writeStudy(study, folder.path()))
        return failed;
    }
  return llvm::Error::success();
}

llvm::Error StudyRunner::run() {
  for (int64_t length : study.settings.lengths) {
    if (llvm::Error error = trainAt(length))
      return error;
    if (interruptFlag())
      break;
  }
  size_t planned =
      study.settings.lengths.size() * study.settings.arms.size() * study.settings.seeds;
  study.finished = study.runs.size() == planned && !study.runs.back().log.interrupted;
  if (llvm::Error error = writeStudy(study, folder.path()))
    return error;
  StudyProgress progress;
  progress.state = study.finished ? "finished" : "interrupted";
  if (!study.runs.empty()) {
    progress.run = runName(study.runs.back());
    progress.step = study.runs.back().log.steps();
    progress.loss = study.runs.back().log.losses.back();
  }
  return folder.write(progress);
}
