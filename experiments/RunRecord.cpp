// Run records to JSON and back.
#include "experiments/RunRecord.h"

#include "experiments/Statistics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace dsa;
using llvm::json::Array;
using llvm::json::Object;
using llvm::json::ObjectMapper;
using llvm::json::Path;
using llvm::json::Value;

// JSON finds these by argument-dependent lookup.
namespace dsa {

static bool fromJSON(const Value &value, Score &score, Path path) {
  ObjectMapper mapper(value, path);
  return mapper && mapper.map("tokens", score.tokens) && mapper.map("loss", score.loss) &&
         mapper.map("accuracy", score.accuracy);
}

static bool fromJSON(const Value &value, IndexerHealth &health, Path path) {
  ObjectMapper mapper(value, path);
  return mapper && mapper.map("mass_recall", health.massRecall) &&
         mapper.map("overlap", health.overlap) &&
         mapper.map("negative_weights", health.negativeWeights) &&
         mapper.map("look_back", health.lookBack) &&
         mapper.map("boundary_ties", health.boundaryTies) && mapper.map("loss", health.loss);
}

static bool fromJSON(const Value &value, Evaluation &evaluation, Path path) {
  ObjectMapper mapper(value, path);
  return mapper && mapper.map("step", evaluation.step) && mapper.map("all", evaluation.all) &&
         mapper.map("early", evaluation.early) && mapper.map("late", evaluation.late) &&
         mapper.map("indexer", evaluation.indexer);
}

static bool fromJSON(const Value &value, RunRecord &run, Path path) {
  ObjectMapper mapper(value, path);
  return mapper && mapper.map("arm", run.arm) && mapper.map("sequence_length", run.length) &&
         mapper.map("selected_keys", run.selected) && mapper.map("seed", run.seed) &&
         mapper.map("parameters", run.parameters) &&
         mapper.map("flops_per_step", run.flopsPerStep) &&
         mapper.map("planned_bytes", run.plannedBytes) &&
         mapper.map("compile_seconds", run.compileSeconds) &&
         mapper.map("evaluations", run.log.evaluations);
}

} // namespace dsa

namespace {

Object scoreJson(const Score &score) {
  return Object{{"tokens", score.tokens},
                {"loss", score.loss},
                {"accuracy", score.accuracy},
                {"perplexity", score.perplexity()}};
}

Object evaluationJson(const Evaluation &evaluation) {
  Object object{{"step", evaluation.step},
                {"all", scoreJson(evaluation.all)},
                {"early", scoreJson(evaluation.early)},
                {"late", scoreJson(evaluation.late)}};
  if (evaluation.indexer)
    object["indexer"] = toJson(*evaluation.indexer);
  return object;
}

/// Mean training loss of the steps since the evaluation before.
double trainingLoss(const TrainingLog &log, size_t evaluation) {
  int64_t begin = evaluation == 0 ? 0 : log.evaluations[evaluation - 1].step;
  int64_t end = log.evaluations[evaluation].step;
  return meanOf(llvm::ArrayRef(log.losses).slice(begin, end - begin));
}

} // namespace

Object dsa::toJson(const IndexerHealth &health) {
  return Object{{"mass_recall", health.massRecall},           {"overlap", health.overlap},
                {"negative_weights", health.negativeWeights}, {"look_back", health.lookBack},
                {"boundary_ties", health.boundaryTies},       {"loss", health.loss}};
}

std::string dsa::runName(llvm::StringRef arm, int64_t length, int64_t seed) {
  return llvm::formatv("{0}-L{1}-seed{2}", arm, length, seed);
}

std::string dsa::runName(const RunRecord &run) {
  return runName(run.arm, run.length, run.seed);
}

Object dsa::identityJson(const RunRecord &run) {
  Array evaluations;
  for (const Evaluation &evaluation : run.log.evaluations)
    evaluations.push_back(evaluationJson(evaluation));
  return Object{{"arm", run.arm},
                {"sequence_length", run.length},
                {"selected_keys", run.selected},
                {"seed", run.seed},
                {"parameters", run.parameters},
                {"flops_per_step", run.flopsPerStep},
                {"planned_bytes", run.plannedBytes},
                {"compile_seconds", run.compileSeconds},
                {"evaluations", std::move(evaluations)}};
}

llvm::Expected<RunRecord> dsa::parseRunRecord(llvm::StringRef text) {
  return llvm::json::parse<RunRecord>(text, "run");
}

Object dsa::toJson(const RunRecord &run) {
  Array trainLoss, valLoss, valAccuracy, steps;
  for (auto [i, evaluation] : llvm::enumerate(run.log.evaluations)) {
    trainLoss.push_back(trainingLoss(run.log, i));
    valLoss.push_back(evaluation.all.loss);
    valAccuracy.push_back(evaluation.all.accuracy);
    steps.push_back(evaluation.step);
  }
  Object object = identityJson(run);
  object["first_step_loss"] = run.log.losses.empty() ? 0 : run.log.losses.front();
  object["train_loss"] = std::move(trainLoss);
  object["val_loss"] = std::move(valLoss);
  object["val_accuracy"] = std::move(valAccuracy);
  object["steps"] = std::move(steps);
  object["indexer_losses"] = Array(run.log.indexerLosses);
  object["time_per_step"] = Array(run.log.seconds);
  object["avg_time_per_step"] = meanOf(run.log.seconds);
  object["median_time_per_step"] = medianOf(run.log.seconds);
  object["interrupted"] = run.log.interrupted;
  return object;
}

std::string dsa::toJsonLines(const RunRecord &run) {
  std::string text;
  llvm::raw_string_ostream out(text);
  auto line = [&](Object object) { out << Value(std::move(object)) << '\n'; };
  line(Object{{"run", runName(run)},
              {"arm", run.arm},
              {"sequence_length", run.length},
              {"selected_keys", run.selected},
              {"seed", run.seed},
              {"parameters", run.parameters}});
  for (auto [i, loss] : llvm::enumerate(run.log.indexerLosses))
    line(Object{{"indexer_step", static_cast<int64_t>(i) + 1}, {"index_loss", loss}});
  auto evaluation = run.log.evaluations.begin();
  for (auto [i, loss] : llvm::enumerate(run.log.losses)) {
    int64_t step = static_cast<int64_t>(i) + 1;
    line(Object{{"step", step}, {"train_loss", loss}, {"seconds", run.log.seconds[i]}});
    if (evaluation != run.log.evaluations.end() && evaluation->step == step)
      line(Object{{"evaluation", evaluationJson(*evaluation++)}});
  }
  return text;
}
