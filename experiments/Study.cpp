// Sums up a study and writes it as JSON.
#include "experiments/Study.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <numeric>
#include <set>

using namespace dsa;
using llvm::json::Array;
using llvm::json::Object;

namespace {

Object scoreJson(const Score &score) {
  return Object{{"tokens", score.tokens},
                {"loss", score.loss},
                {"accuracy", score.accuracy},
                {"perplexity", score.perplexity()}};
}

Object evaluationJson(const Evaluation &evaluation) {
  return Object{{"step", evaluation.step},
                {"all", scoreJson(evaluation.all)},
                {"early", scoreJson(evaluation.early)},
                {"late", scoreJson(evaluation.late)}};
}

double mean(llvm::ArrayRef<double> values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / values.size();
}

/// Mean training loss of the steps since the evaluation before.
double trainingLoss(const TrainingLog &log, size_t evaluation) {
  int64_t begin = evaluation == 0 ? 0 : log.evaluations[evaluation - 1].step;
  int64_t end = log.evaluations[evaluation].step;
  return mean(llvm::ArrayRef(log.losses).slice(begin, end - begin));
}

Object settingsJson(const StudySettings &settings) {
  Object object{{"preset", settings.preset},
                {"arms", Array(settings.arms)},
                {"sequence_lengths", Array(settings.lengths)},
                {"seeds", Array(settings.seeds)},
                {"steps", settings.steps},
                {"batch", settings.batch},
                {"evaluate_every", settings.evaluateEvery},
                {"held_out_windows", settings.heldOutWindows},
                {"learning_rate", settings.rate},
                {"warmup", settings.warmup},
                {"cosine", settings.cosine},
                {"dropout", settings.dropout},
                {"init", settings.init},
                {"corpus", settings.corpus},
                {"token_limit", settings.tokenLimit},
                {"vocabulary", settings.vocabulary},
                {"split", settings.split},
                {"threads", settings.threads},
                {"target", settings.target}};
  object["clip"] = settings.clip ? llvm::json::Value(*settings.clip) : nullptr;
  return object;
}

Object resultJson(const ArmResult &result) {
  return Object{{"seeds", result.seeds},
                {"final_val_loss", result.loss.mean},
                {"final_val_loss_std", result.loss.deviation},
                {"final_val_accuracy", result.accuracy.mean},
                {"final_val_accuracy_std", result.accuracy.deviation},
                {"final_val_perplexity", std::exp(std::min(result.loss.mean, 20.0))},
                {"early_loss", result.earlyLoss.mean},
                {"early_accuracy", result.earlyAccuracy.mean},
                {"late_loss", result.lateLoss.mean},
                {"late_accuracy", result.lateAccuracy.mean},
                {"first_step_loss", result.firstLoss},
                {"avg_time_per_step", result.secondsPerStep}};
}

} // namespace

Spread dsa::spreadOf(llvm::ArrayRef<double> values) {
  Spread spread{mean(values), 0};
  if (values.size() < 2)
    return spread;
  double sum = 0;
  for (double value : values)
    sum += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(sum / (values.size() - 1));
  return spread;
}

std::optional<ArmResult> dsa::resultOf(const Study &study, llvm::StringRef arm, int64_t length) {
  std::vector<double> loss, accuracy, earlyLoss, earlyAccuracy, lateLoss, lateAccuracy, seconds,
      first;
  for (const RunRecord &run : study.runs) {
    if (run.arm != arm || run.length != length || run.log.evaluations.empty())
      continue;
    const Evaluation &last = run.log.evaluations.back();
    loss.push_back(last.all.loss);
    accuracy.push_back(last.all.accuracy);
    earlyLoss.push_back(last.early.loss);
    earlyAccuracy.push_back(last.early.accuracy);
    lateLoss.push_back(last.late.loss);
    lateAccuracy.push_back(last.late.accuracy);
    seconds.push_back(median(run.log.seconds));
    first.push_back(run.log.losses.front());
  }
  if (loss.empty())
    return std::nullopt;
  return ArmResult{static_cast<int64_t>(loss.size()),
                   spreadOf(loss),
                   spreadOf(accuracy),
                   spreadOf(earlyLoss),
                   spreadOf(earlyAccuracy),
                   spreadOf(lateLoss),
                   spreadOf(lateAccuracy),
                   mean(seconds),
                   mean(first)};
}

std::vector<int64_t> dsa::measuredLengths(const Study &study) {
  std::set<int64_t> lengths;
  for (const RunRecord &run : study.runs)
    if (!run.log.evaluations.empty())
      lengths.insert(run.length);
  return {lengths.begin(), lengths.end()};
}

std::string dsa::runName(const RunRecord &run) {
  return llvm::formatv("{0}-L{1}-seed{2}", run.arm, run.length, run.seed);
}

Object dsa::toJson(const RunRecord &run) {
  Array trainLoss, valLoss, valAccuracy, steps, evaluations;
  for (auto [i, evaluation] : llvm::enumerate(run.log.evaluations)) {
    trainLoss.push_back(trainingLoss(run.log, i));
    valLoss.push_back(evaluation.all.loss);
    valAccuracy.push_back(evaluation.all.accuracy);
    steps.push_back(evaluation.step);
    evaluations.push_back(evaluationJson(evaluation));
  }
  return Object{{"arm", run.arm},
                {"sequence_length", run.length},
                {"selected_keys", run.selected},
                {"seed", run.seed},
                {"parameters", run.parameters},
                {"flops_per_step", run.flopsPerStep},
                {"planned_bytes", run.plannedBytes},
                {"compile_seconds", run.compileSeconds},
                {"first_step_loss", run.log.losses.empty() ? 0 : run.log.losses.front()},
                {"train_loss", std::move(trainLoss)},
                {"val_loss", std::move(valLoss)},
                {"val_accuracy", std::move(valAccuracy)},
                {"steps", std::move(steps)},
                {"evaluations", std::move(evaluations)},
                {"time_per_step", Array(run.log.seconds)},
                {"avg_time_per_step", mean(run.log.seconds)},
                {"median_time_per_step", median(run.log.seconds)},
                {"interrupted", run.log.interrupted}};
}

Object dsa::toJson(const Study &study) {
  Object results;
  for (int64_t length : measuredLengths(study)) {
    Object arms;
    for (const std::string &arm : study.settings.arms)
      if (std::optional<ArmResult> result = resultOf(study, arm, length))
        arms[arm] = resultJson(*result);
    results[std::to_string(length)] = std::move(arms);
  }
  Array runs;
  for (const RunRecord &run : study.runs)
    runs.push_back(toJson(run));
  return Object{{"experiment", "sparse-vs-classic"},
                {"finished", study.finished},
                {"date", study.date},
                {"command", study.command},
                {"machine", study.machine},
                {"settings", settingsJson(study.settings)},
                {"data", Object{{"bytes", study.data.bytes},
                                {"training_tokens", study.data.trainingTokens},
                                {"held_out_tokens", study.data.heldOutTokens},
                                {"pieces", study.data.pieces},
                                {"shared_tokens", study.data.sharedTokens}}},
                {"warnings", Array(study.warnings)},
                {"sequence_lengths", Array(measuredLengths(study))},
                {"results", std::move(results)},
                {"runs", std::move(runs)}};
}

std::string dsa::toJsonLines(const RunRecord &run) {
  std::string text;
  llvm::raw_string_ostream out(text);
  auto line = [&](Object object) { out << llvm::json::Value(std::move(object)) << '\n'; };
  line(Object{{"run", runName(run)},
              {"arm", run.arm},
              {"sequence_length", run.length},
              {"selected_keys", run.selected},
              {"seed", run.seed},
              {"parameters", run.parameters}});
  auto evaluation = run.log.evaluations.begin();
  for (auto [i, loss] : llvm::enumerate(run.log.losses)) {
    int64_t step = static_cast<int64_t>(i) + 1;
    line(Object{{"step", step}, {"train_loss", loss}, {"seconds", run.log.seconds[i]}});
    if (evaluation != run.log.evaluations.end() && evaluation->step == step)
      line(Object{{"evaluation", evaluationJson(*evaluation++)}});
  }
  return text;
}
