// Trains the arms of a comparison side by side and judges the claims.
#include "experiments/CompareArms.h"

#include "codegen/Registration.h"
#include "experiments/Progress.h"
#include "experiments/Provenance.h"
#include "experiments/Question.h"
#include "experiments/Report.h"
#include "experiments/ResultFile.h"
#include "experiments/StudyOptions.h"
#include "experiments/StudyRunner.h"
#include "models/ModelCost.h"
#include "runtime/HostProbe.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"

using namespace dsa;

namespace {

void warn(Study &study, const llvm::Twine &message) {
  study.warnings.push_back(message.str());
  llvm::errs() << "warning: " << message << '\n';
}

void collectWarnings(Study &study) {
  const StudySettings &s = study.settings;
  for (const std::string &arm : s.arms)
    if (comparisonOf(s).arm(arm).leaks)
      warn(study,
           "arm " + arm +
               ": its selection holds keys from the future, which the causality proof "
               "rejects and this run acknowledges; its figures show the defect, not a model");
  if (s.split == "published")
    warn(study,
         "split published: stride-1 windows divided at random share nearly every token "
         "between training and validation, so the loss measures recall of the training text");
  if (study.data.pieces < s.vocabulary)
    warn(study, llvm::formatv("vocabulary {0}: the corpus supports {1} pieces, so {2} rows of the "
                              "embedding stay unused",
                              s.vocabulary, study.data.pieces, s.vocabulary - study.data.pieces));
}

/// Says how long the study will take: the FLOPs that its models count, at the share of this
/// machine's peak that a training step reaches.
llvm::Error printEstimate(const StudySettings &s) {
  constexpr double kShareOfPeak = .4;
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  const Comparison &comparison = comparisonOf(s);
  double flops = 0;
  for (int64_t length : s.lengths)
    for (const std::string &name : s.arms) {
      const Arm &arm = comparison.arm(name);
      auto model = modelOf(s, arm, length);
      if (!model)
        return model.takeError();
      auto cost = costOfModel(context, *model, arm.leaks);
      if (!cost)
        return cost.takeError();
      // A forward pass is a third of a step.
      int64_t evaluations = (s.steps + s.evaluateEvery - 1) / s.evaluateEvery;
      int64_t tokens = (s.steps * s.batchAt(length) + evaluations * s.heldOutWindows / 3) * length;
      flops += static_cast<double>(cost->flopsPerToken) * static_cast<double>(tokens);
    }
  flops *= static_cast<double>(s.seeds);
  ThreadPool pool(static_cast<int>(s.threads));
  double rate = 1e9 * kShareOfPeak * measureHost(pool).gflopsAllThreads;
  llvm::outs() << llvm::formatv("estimate: {0:f0} TFLOP, about {1} at 40 % of the peak of {2} "
                                "threads ({3:f0} GFLOP/s)\n",
                                1e-12 * flops, Progress::duration(flops / rate), s.threads,
                                1e-9 * rate / kShareOfPeak);
  llvm::outs().flush();
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<StudyFolder>> openFolder(const StudyOptions &options,
                                                        const StudyRequest &request) {
  return options.resume.empty() ? StudyFolder::begin(options.folder, request, options.keep)
                                : StudyFolder::resume(options.folder, request, options.keep);
}

} // namespace

llvm::Expected<int> dsa::compareArms(const Comparison &comparison,
                                     llvm::ArrayRef<llvm::StringRef> arguments) {
  auto options = parseStudyOptions(comparison, arguments);
  if (!options)
    return options.takeError();
  if (options->help) {
    llvm::outs() << studyHelp(comparison);
    return 0;
  }
  Study study;
  study.settings = options->settings;
  study.command = llvm::formatv("dsa-lab {0} {1}", comparison.name, llvm::join(arguments, " "));
  study.date = today();
  study.machine = machineName();
  const StudySettings &s = study.settings;
  BlobCache cache(options->cache);
  auto data = loadDataset(s.corpus, s.vocabulary, s.lengths.back(), s.tokenLimit, cache);
  if (!data)
    return data.takeError();
  study.data = {data->bytes, data->trainingTokens,
                static_cast<int64_t>(data->ids.size()) - data->trainingTokens, data->pieces, 0};
  if (llvm::Error error = prepareResultFolder(options->folder))
    return error;
  auto folder = openFolder(*options, {s, data->fingerprint()});
  if (!folder)
    return folder.takeError();
  collectWarnings(study);
  if (s.preset == "paper")
    if (llvm::Error error = printEstimate(s))
      return error;
  interruptFlag();
  if (llvm::Error error = StudyRunner(study, *data, **folder, *options).run())
    return error;
  if (llvm::Error error = options->trace.write())
    return error;
  llvm::outs() << '\n' << resultTable(study) << "\nreport: " << options->folder << "/report.html\n";
  if (!study.finished)
    llvm::outs() << "interrupted: what was done until then is saved; go on with dsa-lab "
                 << comparison.name << " --resume=" << options->folder << '\n';
  return study.finished ? 0 : kInterrupted;
}
