// Sums up a study and writes it as JSON.
#include "experiments/Study.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <set>

using namespace dsa;
using llvm::json::Array;
using llvm::json::Object;

namespace {

Object resultJson(const ArmResult &result) {
  Object object{{"seeds", result.seeds},
                {"final_val_loss", result.loss.mean},
                {"final_val_loss_std", result.loss.deviation},
                {"final_val_accuracy", result.accuracy.mean},
                {"final_val_accuracy_std", result.accuracy.deviation},
                {"final_val_perplexity", std::exp(std::min(result.loss.mean, 20.0))},
                {"early_loss", result.earlyLoss.mean},
                {"early_loss_std", result.earlyLoss.deviation},
                {"early_accuracy", result.earlyAccuracy.mean},
                {"early_accuracy_std", result.earlyAccuracy.deviation},
                {"late_loss", result.lateLoss.mean},
                {"late_loss_std", result.lateLoss.deviation},
                {"late_accuracy", result.lateAccuracy.mean},
                {"late_accuracy_std", result.lateAccuracy.deviation},
                {"first_step_loss", result.firstLoss},
                {"avg_time_per_step", result.secondsPerStep}};
  if (result.indexer)
    object["indexer"] = toJson(*result.indexer);
  return object;
}

Object differenceJson(const Difference &difference) {
  Object object{{"pairs", difference.pairs}, {"mean", difference.mean}};
  // One pair has no interval, and null says so.
  bool known = difference.pairs > 1;
  object["low_95"] = known ? llvm::json::Value(difference.low) : nullptr;
  object["high_95"] = known ? llvm::json::Value(difference.high) : nullptr;
  object["ranks"] = difference.ranks();
  return object;
}

Object differenceJson(const ArmDifference &difference) {
  Object object{{"arm", difference.arm},
                {"baseline", difference.baseline},
                {"loss", differenceJson(difference.loss)},
                {"accuracy", differenceJson(difference.accuracy)},
                {"early_loss", differenceJson(difference.earlyLoss)},
                {"early_accuracy", differenceJson(difference.earlyAccuracy)},
                {"late_loss", differenceJson(difference.lateLoss)},
                {"late_accuracy", differenceJson(difference.lateAccuracy)}};
  if (difference.massRecall)
    object["mass_recall"] = differenceJson(*difference.massRecall);
  return object;
}

using Measure = double (*)(const Evaluation &);
double loss(const Evaluation &at) {
  return at.all.loss;
}
double accuracy(const Evaluation &at) {
  return at.all.accuracy;
}
double earlyLoss(const Evaluation &at) {
  return at.early.loss;
}
double earlyAccuracy(const Evaluation &at) {
  return at.early.accuracy;
}
double lateLoss(const Evaluation &at) {
  return at.late.loss;
}
double lateAccuracy(const Evaluation &at) {
  return at.late.accuracy;
}

double massRecall(const Evaluation &at) {
  return at.indexer->massRecall;
}
bool isObserved(const RunRecord *run) {
  return run->log.evaluations.back().indexer.has_value();
}

std::vector<const RunRecord *> evaluatedRuns(const Study &study, llvm::StringRef arm,
                                             int64_t length) {
  std::vector<const RunRecord *> runs;
  for (const RunRecord &run : study.runs)
    if (run.arm == arm && run.length == length && !run.log.evaluations.empty())
      runs.push_back(&run);
  return runs;
}

/// `measure` of the last evaluation of each run.
std::vector<double> lastOf(llvm::ArrayRef<const RunRecord *> runs, Measure measure) {
  std::vector<double> values;
  for (const RunRecord *run : runs)
    values.push_back(measure(run->log.evaluations.back()));
  return values;
}

} // namespace

std::optional<ArmResult> dsa::resultOf(const Study &study, llvm::StringRef arm, int64_t length) {
  std::vector<const RunRecord *> runs = evaluatedRuns(study, arm, length);
  if (runs.empty())
    return std::nullopt;
  auto spread = [&](Measure measure) { return spreadOf(lastOf(runs, measure)); };
  std::vector<double> seconds, first;
  std::vector<IndexerHealth> indexers;
  for (const RunRecord *run : runs) {
    if (run->log.evaluations.back().indexer)
      indexers.push_back(*run->log.evaluations.back().indexer);
    seconds.push_back(medianOf(run->log.seconds));
    first.push_back(run->log.losses.front());
  }
  return ArmResult{static_cast<int64_t>(runs.size()),
                   spread(loss),
                   spread(accuracy),
                   spread(earlyLoss),
                   spread(earlyAccuracy),
                   spread(lateLoss),
                   spread(lateAccuracy),
                   meanOf(seconds),
                   meanOf(first),
                   indexers.empty() ? std::nullopt : std::optional(meanOf(indexers))};
}

std::optional<ArmDifference> dsa::differenceOf(const Study &study, llvm::StringRef arm,
                                               llvm::StringRef baseline, int64_t length) {
  std::vector<const RunRecord *> ours, theirs;
  for (const RunRecord *a : evaluatedRuns(study, arm, length))
    for (const RunRecord *b : evaluatedRuns(study, baseline, length))
      if (a->seed == b->seed && a->log.evaluations.back().step == b->log.evaluations.back().step) {
        ours.push_back(a);
        theirs.push_back(b);
      }
  if (ours.empty())
    return std::nullopt;
  auto paired = [&](Measure measure) {
    return pairedDifference(lastOf(ours, measure), lastOf(theirs, measure));
  };
  ArmDifference difference{arm.str(),        baseline.str(),       paired(loss),
                           paired(accuracy), paired(earlyLoss),    paired(earlyAccuracy),
                           paired(lateLoss), paired(lateAccuracy), {}};
  if (llvm::all_of(ours, isObserved) && llvm::all_of(theirs, isObserved))
    difference.massRecall = paired(massRecall);
  return difference;
}

std::vector<ArmDifference> dsa::differencesAt(const Study &study, int64_t length) {
  std::vector<ArmDifference> all;
  llvm::ArrayRef<std::string> arms = study.settings.arms;
  for (size_t i = 0; i < arms.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (auto difference = differenceOf(study, arms[i], arms[j], length))
        all.push_back(*difference);
  return all;
}

std::vector<int64_t> dsa::measuredLengths(const Study &study) {
  std::set<int64_t> lengths;
  for (const RunRecord &run : study.runs)
    if (!run.log.evaluations.empty())
      lengths.insert(run.length);
  return {lengths.begin(), lengths.end()};
}

Object dsa::toJson(const Study &study) {
  Object results, differences;
  for (int64_t length : measuredLengths(study)) {
    Object arms;
    for (const std::string &arm : study.settings.arms)
      if (std::optional<ArmResult> result = resultOf(study, arm, length))
        arms[arm] = resultJson(*result);
    results[std::to_string(length)] = std::move(arms);
    Array pairs;
    for (const ArmDifference &difference : differencesAt(study, length))
      pairs.push_back(differenceJson(difference));
    differences[std::to_string(length)] = std::move(pairs);
  }
  Array runs;
  for (const RunRecord &run : study.runs)
    runs.push_back(toJson(run));
  return Object{{"experiment", study.settings.question},
                {"finished", study.finished},
                {"date", study.date},
                {"command", study.command},
                {"machine", study.machine},
                {"settings", toJson(study.settings)},
                {"data", Object{{"bytes", study.data.bytes},
                                {"training_tokens", study.data.trainingTokens},
                                {"held_out_tokens", study.data.heldOutTokens},
                                {"pieces", study.data.pieces},
                                {"shared_tokens", study.data.sharedTokens}}},
                {"warnings", Array(study.warnings)},
                {"sequence_lengths", Array(measuredLengths(study))},
                {"results", std::move(results)},
                {"differences", std::move(differences)},
                {"runs", std::move(runs)}};
}
