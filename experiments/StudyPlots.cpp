// The SVG pages of a study.
#include "experiments/Comparison.h"
#include "experiments/Plot.h"
#include "experiments/Report.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace dsa;

namespace {

/// Arms that have a result at every measured length, so that bars line up.
std::vector<std::string> drawnArms(const Study &study) {
  std::vector<std::string> arms;
  for (const std::string &arm : study.settings.arms)
    if (llvm::all_of(measuredLengths(study),
                     [&](int64_t length) { return resultOf(study, arm, length).has_value(); }))
      arms.push_back(arm);
  return arms;
}

/// No values yet, in the name and the colour of `arm`.
Series seriesOf(const Study &study, llvm::StringRef arm) {
  return {arm.str(), comparisonOf(study.settings).arm(arm).color.str(), {}, {}, {}};
}

/// One bar per measured length and arm.
Panel barsByLength(const Study &study, llvm::StringRef title, llvm::StringRef unit,
                   llvm::function_ref<Spread(const ArmResult &)> value) {
  Panel panel{title.str(), "sequence length L", unit.str(), {}, {}, false};
  for (int64_t length : measuredLengths(study))
    panel.categories.push_back(std::to_string(length));
  for (const std::string &arm : drawnArms(study)) {
    Series series = seriesOf(study, arm);
    for (int64_t length : measuredLengths(study)) {
      Spread spread = value(*resultOf(study, arm, length));
      series.y.push_back(spread.mean);
      series.deviation.push_back(spread.deviation);
    }
    panel.series.push_back(std::move(series));
  }
  return panel;
}

/// The mean over seeds of `value` at every evaluation that all seeds of an arm have reached; arms
/// that have no such value are left out.
Panel curvesAt(const Study &study, int64_t length, llvm::StringRef title, llvm::StringRef unit,
               llvm::function_ref<std::optional<double>(const Evaluation &)> value) {
  Panel panel{llvm::formatv("{0}, L = {1}", title, length), "step", unit.str(), {}, {}, false};
  for (const std::string &arm : drawnArms(study)) {
    std::vector<const RunRecord *> runs;
    size_t points = SIZE_MAX;
    for (const RunRecord &run : study.runs)
      if (run.arm == arm && run.length == length && !run.log.evaluations.empty()) {
        runs.push_back(&run);
        points = std::min(points, run.log.evaluations.size());
      }
    if (runs.empty() || !value(runs.front()->log.evaluations.front()))
      continue;
    Series series = seriesOf(study, arm);
    for (size_t i = 0; i < points; ++i) {
      std::vector<double> values;
      for (const RunRecord *run : runs)
        values.push_back(*value(run->log.evaluations[i]));
      Spread spread = spreadOf(values);
      series.x.push_back(static_cast<double>(runs.front()->log.evaluations[i].step));
      series.y.push_back(spread.mean);
      series.deviation.push_back(spread.deviation);
    }
    panel.series.push_back(std::move(series));
  }
  return panel;
}

/// Two categories: positions before k - 1, and the rest.
Panel barsByBucket(const Study &study, int64_t length, llvm::StringRef title, llvm::StringRef unit,
                   llvm::function_ref<Spread(const ArmResult &, bool early)> value) {
  Panel panel{llvm::formatv("{0}, L = {1}", title, length),
              "position t in the window",
              unit.str(),
              {"t < k − 1", "t ≥ k − 1"},
              {},
              false};
  for (const std::string &arm : drawnArms(study)) {
    Series series = seriesOf(study, arm);
    for (bool early : {true, false}) {
      Spread spread = value(*resultOf(study, arm, length), early);
      series.y.push_back(spread.mean);
      series.deviation.push_back(spread.deviation);
    }
    panel.series.push_back(std::move(series));
  }
  return panel;
}

} // namespace

std::string dsa::comparisonPage(const Study &study) {
  Panel loss = barsByLength(study, "Final held-out loss", "nats per token",
                            [](const ArmResult &result) { return result.loss; });
  Panel accuracy = barsByLength(study, "Final held-out accuracy", "share of tokens",
                                [](const ArmResult &result) { return result.accuracy; });
  accuracy.percent = true;
  Panel time =
      barsByLength(study, "Time per training step", "milliseconds",
                   [](const ArmResult &result) { return Spread{1e3 * result.secondsPerStep, 0}; });
  Panel curves = curvesAt(study, measuredLengths(study).back(), "Held-out loss", "nats per token",
                          [](const Evaluation &at) { return std::optional(at.all.loss); });
  return drawPage(comparisonOf(study.settings).title, {loss, accuracy, time, curves}, 2);
}

std::string dsa::indexerPage(const Study &study) {
  std::vector<int64_t> lengths = measuredLengths(study);
  if (lengths.empty())
    return "";
  int64_t length = lengths.back();
  auto panel = [&](llvm::StringRef title, llvm::StringRef unit, double IndexerHealth::*figure) {
    return curvesAt(study, length, title, unit, [&](const Evaluation &at) -> std::optional<double> {
      if (!at.indexer)
        return std::nullopt;
      return *at.indexer.*figure;
    });
  };
  Panel recall = panel("Attention on the selected keys", "share", &IndexerHealth::massRecall);
  if (recall.series.empty())
    return "";
  Panel overlap = panel("Overlap with the best k keys", "share", &IndexerHealth::overlap);
  recall.percent = overlap.percent = true;
  return drawPage("What the indexers select",
                  {recall, overlap, panel("Index loss", "nats", &IndexerHealth::loss),
                   panel("Look-back distance", "tokens", &IndexerHealth::lookBack)},
                  2);
}

std::string dsa::bucketPage(const Study &study) {
  std::vector<Panel> panels;
  for (int64_t length : measuredLengths(study)) {
    panels.push_back(barsByBucket(study, length, "Held-out loss by position", "nats per token",
                                  [](const ArmResult &result, bool early) {
                                    return early ? result.earlyLoss : result.lateLoss;
                                  }));
    panels.push_back(barsByBucket(study, length, "Held-out accuracy by position", "share of tokens",
                                  [](const ArmResult &result, bool early) {
                                    return early ? result.earlyAccuracy : result.lateAccuracy;
                                  }));
    panels.back().percent = true;
  }
  return drawPage("Where the difference sits", panels, 2);
}
