// Writes the tables of a report.
#include "experiments/ReportTables.h"

#include "experiments/Evidence.h"
#include "experiments/NumberText.h"
#include "experiments/Plot.h"

#include "llvm/Support/FormatVariadic.h"

using namespace dsa;

namespace {

/// "5.312" or "5.312 ± 0.021".
std::string spreadText(const Spread &spread, int64_t seeds) {
  return number(spread.mean, 3) + (seeds > 1 ? " ± " + number(spread.deviation, 3) : "");
}

/// A difference with its interval on a line of its own, so that four of them stand side by side.
std::string intervalCell(const Difference &difference, int digits) {
  std::string text = intervalText(difference, digits);
  auto [mean, interval] = llvm::StringRef(text).split(' ');
  return llvm::formatv("{0}<br><span class=\"range\">{1}</span>", mean, interval);
}

/// Text for a table cell: the parts of a list stand on lines of their own.
std::string cellText(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, "; ");
  std::string cell;
  for (llvm::StringRef part : parts)
    cell += (cell.empty() ? "" : "<br>") + escapeXml(part);
  return cell;
}

/// Opens a section with a table of `columns`; those whose name begins with '#' hold numbers. The
/// style sheet may know the table by `style`.
void openTable(llvm::raw_ostream &out, llvm::StringRef title,
               llvm::ArrayRef<llvm::StringRef> columns, llvm::StringRef style = "") {
  if (!title.empty())
    out << "<h2>" << escapeXml(title) << "</h2>\n";
  out << "<div class=\"scroll\"><table class=\"" << style << "\">\n<tr>";
  for (llvm::StringRef column : columns) {
    bool numbers = column.consume_front("#");
    out << (numbers ? "<th class=\"n\">" : "<th>") << escapeXml(column) << "</th>";
  }
  out << "</tr>\n";
}

void closeTable(llvm::raw_ostream &out) {
  out << "</table></div>\n";
}

/// A row: names of arms or runs first, then numbers.
void writeRow(llvm::raw_ostream &out, llvm::ArrayRef<std::string> names,
              llvm::ArrayRef<std::string> numbers) {
  out << "<tr>";
  for (const std::string &name : names)
    out << "<td class=\"arm\">" << escapeXml(name) << "</td>";
  for (const std::string &cell : numbers)
    out << "<td class=\"n\">" << cell << "</td>";
  out << "</tr>\n";
}

} // namespace

void dsa::writeResults(llvm::raw_ostream &out, const Study &study) {
  openTable(out, "Results",
            {"L", "arm", "#loss", "#accuracy", "#perplexity", "#loss, t < k−1",
             "#accuracy, t < k−1", "#loss, t ≥ k−1", "#accuracy, t ≥ k−1", "#first step",
             "#ms per step"});
  for (int64_t length : measuredLengths(study))
    for (const std::string &arm : study.settings.arms)
      if (std::optional<ArmResult> r = resultOf(study, arm, length))
        writeRow(out, {std::to_string(length), arm},
                 {spreadText(r->loss, r->seeds), percent(r->accuracy.mean),
                  number(Score{1, r->loss.mean, 0}.perplexity(), 1),
                  spreadText(r->earlyLoss, r->seeds), percent(r->earlyAccuracy.mean),
                  spreadText(r->lateLoss, r->seeds), percent(r->lateAccuracy.mean),
                  number(r->firstLoss, 2), number(1e3 * r->secondsPerStep, 0)});
  closeTable(out);
}

void dsa::writeDifferences(llvm::raw_ostream &out, const Study &study) {
  out << "<h2>Paired differences</h2>\n";
  if (study.settings.seeds < 2) {
    out << "<p>One seed has no spread, so it cannot rank arms that are close; <code>--seeds=3"
           "</code> gives every difference an interval.</p>\n";
    return;
  }
  out << "<p>Loss of an arm minus loss of another, paired by seed, with the 95 % interval of "
         "Student's t. Two arms are ranked only where the interval leaves out zero.</p>\n";
  openTable(out, "",
            {"L", "arm", "against", "#loss", "#loss, t < k−1", "#loss, t ≥ k−1", "#accuracy in %",
             "#seeds", "#the arm is"});
  for (int64_t length : measuredLengths(study))
    for (const ArmDifference &d : differencesAt(study, length)) {
      Difference accuracy = d.accuracy;
      for (double *share : {&accuracy.mean, &accuracy.low, &accuracy.high})
        *share *= 100;
      writeRow(out, {std::to_string(length), d.arm, d.baseline},
               {intervalCell(d.loss, 3), intervalCell(d.earlyLoss, 3), intervalCell(d.lateLoss, 3),
                intervalCell(accuracy, 1), std::to_string(d.loss.pairs), rankOf(d.loss).str()});
    }
  closeTable(out);
}

void dsa::writeIndexers(llvm::raw_ostream &out, const Study &study) {
  bool any = false;
  for (int64_t length : measuredLengths(study))
    for (const std::string &arm : study.settings.arms) {
      std::optional<ArmResult> result = resultOf(study, arm, length);
      if (!result || !result->indexer)
        continue;
      if (!any)
        openTable(out, "The indexers",
                  {"L", "arm", "#attention kept", "#overlap with the best k", "#index loss",
                   "#negative head weights", "#look-back", "#ties at the boundary"});
      any = true;
      const IndexerHealth &health = *result->indexer;
      writeRow(out, {std::to_string(length), arm},
               {percent(health.massRecall), percent(health.overlap), number(health.loss, 3),
                percent(health.negativeWeights), number(health.lookBack, 1),
                percent(health.boundaryTies)});
    }
  if (!any)
    return;
  closeTable(out);
  out << "<p class=\"facts\">On one fixed held-out batch, mean of all layers, over positions t ≥ k "
         "where there is something to choose: the share of the dense attention of the same layer "
         "that lies on the selected keys, the share of its k best keys that are selected, the KL "
         "divergence of the index scores from it, and how far back the selected keys lie. The "
         "frozen random indexer is what chance reaches.</p>\n";
}

void dsa::writePublished(llvm::raw_ostream &out, const Study &study) {
  const Comparison &comparison = comparisonOf(study.settings);
  // Figures of another network beside theirs would compare nothing.
  bool comparable = comparison.isPublishedNetwork(study.settings);
  if (comparable)
    openTable(out, "Beside the published table",
              {"L", "attention", "#published loss", "#our loss", "#published accuracy",
               "#our accuracy", "#published s per step", "#our s per step"});
  else
    openTable(out, "The published table", {"L", "attention", "#loss", "#accuracy", "#s per step"});
  llvm::ArrayRef<PublishedPair> pairs = comparison.beside;
  for (const PublishedResult &at : comparison.published)
    for (const PublishedPair &pair : comparable ? pairs : pairs.take_front(2)) {
      bool baseline = pair.arm == comparison.baseline().name;
      std::optional<ArmResult> ours = resultOf(study, pair.arm, at.length);
      std::vector<std::string> cells;
      auto add = [&](const std::string &theirs, const std::string &measured) {
        cells.push_back(theirs);
        if (comparable)
          cells.push_back(ours ? measured : "–");
      };
      add(number(baseline ? at.baselineLoss : at.sparseLoss, 3),
          ours ? spreadText(ours->loss, ours->seeds) : "");
      add(percent(baseline ? at.baselineAccuracy : at.sparseAccuracy),
          ours ? percent(ours->accuracy.mean) : "");
      add(number(baseline ? at.baselineSeconds : at.sparseSeconds, 3),
          ours ? number(ours->secondsPerStep, 3) : "");
      writeRow(out, {std::to_string(at.length), pair.attention.str()}, cells);
    }
  closeTable(out);
  if (!comparable)
    out << llvm::formatv("<p class=\"facts\">Ours stands above and not beside it: this run trains "
                         "a network of {0} layers and {1} columns, the published one has {2} and "
                         "{3} (--preset paper).</p>\n",
                         study.settings.layers, study.settings.width, comparison.paper.layers,
                         comparison.paper.width);
  out << "<p class=\"facts\">" << escapeXml(comparison.besideNote) << "</p>\n";
}

void dsa::writeClaims(llvm::raw_ostream &out, llvm::ArrayRef<Claim> claims) {
  openTable(out, "The published claims",
            {"claim", "published", "measured here", "verdict and reason"}, "claims");
  for (const Claim &claim : claims)
    out << llvm::formatv("<tr><td>{0}</td><td>{1}</td><td>{2}</td><td><span class=\"verdict {3}\">"
                         "{3}</span><br><span class=\"reason\">{4}</span></td></tr>\n",
                         escapeXml(claim.statement), cellText(claim.published),
                         cellText(claim.measured), verdictName(claim.verdict),
                         escapeXml(claim.reason));
  closeTable(out);
}

void dsa::writeRuns(llvm::raw_ostream &out, const Study &study) {
  openTable(out, "Runs",
            {"run", "#parameters", "#steps", "#GFLOP per step", "#planned MB", "#compiled in s",
             "#first loss", "#last training loss"});
  for (const RunRecord &run : study.runs) {
    double first = run.log.losses.empty() ? 0 : run.log.losses.front();
    double last = run.log.losses.empty() ? 0 : run.log.losses.back();
    writeRow(out, {runName(run) + (run.log.interrupted ? " (interrupted)" : "")},
             {std::to_string(run.parameters), std::to_string(run.log.updates()),
              number(1e-9 * static_cast<double>(run.flopsPerStep), 2),
              number(1e-6 * static_cast<double>(run.plannedBytes), 1),
              number(run.compileSeconds, 2), number(first, 3), number(last, 3)});
  }
  closeTable(out);
}
