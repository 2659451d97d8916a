// Writes the files of a study and lays out its report.
#include "experiments/Report.h"

#include "experiments/Plot.h"
#include "experiments/ResultFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kStyle = R"css(
:root { --ink: #1f2933; --soft: #52606d; --line: #e4e8ec; --paper: #ffffff; --ground: #f4f6f8;
  --classic: #33658a; --sparse: #2a9d8f; --published: #e07a3f; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 48px 24px 80px; }
h1 { font-size: 32px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 44px 0 12px; }
p { margin: 0 0 12px; max-width: 75ch; }
.lead { font-size: 18px; color: var(--soft); }
.facts { color: var(--soft); font-size: 14px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 16px;
  margin: 28px 0; }
.card { background: var(--paper); border: 1px solid var(--line); border-top: 4px solid var(--soft);
  border-radius: 8px; padding: 16px 18px; }
.card.classic { border-top-color: var(--classic); }
.card.sparse-random { border-top-color: var(--sparse); }
.card.published { border-top-color: var(--published); }
.card h3 { margin: 0; font-size: 15px; }
.card .value { font-size: 30px; font-weight: 650; line-height: 1.25; }
.card .note { color: var(--soft); font-size: 14px; }
table { width: 100%; border-collapse: collapse; background: var(--paper); font-size: 14px;
  border: 1px solid var(--line); }
th, td { padding: 9px 12px; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { font-weight: 600; color: var(--soft); background: #fafbfc; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n, td.arm { white-space: nowrap; }
.scroll { overflow-x: auto; }
.verdict { display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 13px;
  font-weight: 600; }
.reproduced { background: #d8f3dc; color: #1b5e35; }
.refuted { background: #fde2e1; color: #9b1c1c; }
.unsupported { background: #e9ecef; color: #495057; }
.reason { color: var(--soft); }
figure { margin: 16px 0; background: var(--paper); border: 1px solid var(--line);
  border-radius: 8px; padding: 8px; }
figure svg { display: block; width: 100%; height: auto; }
.warning { background: #fff4e6; border-left: 4px solid var(--published); padding: 10px 14px;
  margin: 0 0 10px; font-size: 14px; }
code { font: 13px/1.5 ui-monospace, "Cascadia Code", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
@media print {
  body { background: #fff; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  figure, .card, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
)css";

std::string number(double value, int digits) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.*f", digits, value);
  return text;
}

std::string percent(double share) {
  return number(100 * share, 1) + " %";
}

/// "5.312" or "5.312 ± 0.021".
std::string spreadText(const Spread &spread, int64_t seeds) {
  return number(spread.mean, 3) + (seeds > 1 ? " ± " + number(spread.deviation, 3) : "");
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

llvm::StringRef armMeaning(llvm::StringRef arm) {
  if (arm == "classic")
    return "dense causal attention";
  return arm == "published" ? "the published selector, which sees the future"
                            : "causal selection by a frozen random indexer";
}

void writeCards(llvm::raw_ostream &out, const Study &study, int64_t length) {
  out << "<div class=\"cards\">\n";
  for (const std::string &arm : study.settings.arms)
    if (std::optional<ArmResult> result = resultOf(study, arm, length))
      out << llvm::formatv("<div class=\"card {0}\"><h3>{0}</h3><div class=\"value\">{1}</div>"
                           "<div class=\"note\">nats per held-out token, {2} right<br>{3}</div>"
                           "</div>\n",
                           arm, number(result->loss.mean, 3), percent(result->accuracy.mean),
                           armMeaning(arm));
  out << "</div>\n";
}

void writeResults(llvm::raw_ostream &out, const Study &study) {
  out << "<h2>Results</h2>\n<div class=\"scroll\"><table>\n<tr><th class=\"n\">L</th><th>arm</th>"
         "<th class=\"n\">loss</th><th class=\"n\">accuracy</th><th class=\"n\">perplexity</th>"
         "<th class=\"n\">loss, t &lt; k−1</th><th class=\"n\">accuracy, t &lt; k−1</th>"
         "<th class=\"n\">loss, t ≥ k−1</th><th class=\"n\">accuracy, t ≥ k−1</th>"
         "<th class=\"n\">first step</th><th class=\"n\">ms per step</th></tr>\n";
  for (int64_t length : measuredLengths(study))
    for (const std::string &arm : study.settings.arms) {
      std::optional<ArmResult> result = resultOf(study, arm, length);
      if (!result)
        continue;
      out << llvm::formatv("<tr><td class=\"n\">{0}</td><td class=\"arm\">{1}</td>", length, arm);
      for (const std::string &cell :
           {spreadText(result->loss, result->seeds), percent(result->accuracy.mean),
            number(Score{1, result->loss.mean, 0}.perplexity(), 1),
            number(result->earlyLoss.mean, 3), percent(result->earlyAccuracy.mean),
            number(result->lateLoss.mean, 3), percent(result->lateAccuracy.mean),
            number(result->firstLoss, 2), number(1e3 * result->secondsPerStep, 0)})
        out << "<td class=\"n\">" << cell << "</td>";
      out << "</tr>\n";
    }
  out << "</table></div>\n";
}

void writeClaims(llvm::raw_ostream &out, llvm::ArrayRef<Claim> claims) {
  out << "<h2>The published claims</h2>\n<div class=\"scroll\"><table>\n<tr><th>claim</th>"
         "<th>published</th><th>measured here</th><th>verdict and reason</th></tr>\n";
  for (const Claim &claim : claims)
    out << llvm::formatv("<tr><td>{0}</td><td>{1}</td><td>{2}</td><td><span class=\"verdict {3}\">"
                         "{3}</span><br><span class=\"reason\">{4}</span></td></tr>\n",
                         escapeXml(claim.statement), cellText(claim.published),
                         cellText(claim.measured), verdictName(claim.verdict),
                         escapeXml(claim.reason));
  out << "</table></div>\n";
}

void writeMethod(llvm::raw_ostream &out, const Study &study) {
  const StudySettings &s = study.settings;
  std::string split =
      s.split == "ranges"
          ? "Training and held-out text are contiguous ranges with a gap of one window between"
          : "Windows of stride one are divided at random, as published";
  std::string rate =
      s.cosine ? llvm::formatv("{0} warm-up steps, then a cosine to a tenth", s.warmup).str()
               : "constant";
  std::string clip = s.clip ? "gradients clipped at norm " + number(*s.clip, 1) : "no clipping";
  out << "<h2>Method</h2>\n"
      << "<p>All arms start from the same values in the tensors they share, see the same windows "
         "in "
         "the same order (drawn by a random stream of its own, keyed by seed and step) and train "
         "on the same number of tokens. The step is differentiated, planned and compiled to "
         "machine code by this project; nothing else computes.</p>\n"
      << llvm::formatv("<p>{0}: {1} token positions are both trained on and held out. Every "
                       "evaluation reads the same {2} held-out windows. Position t is counted as "
                       "early when t &lt; k − 1, where a selection of k keys has more places than "
                       "the past has tokens; k is half the length.</p>\n",
                       split, study.data.sharedTokens, s.heldOutWindows);
  out << llvm::formatv("<p>{0} steps of {1} windows, Adam at {2:f4} ({3}), {4}, dropout {5}, "
                       "initialisation <em>{6}</em>, seeds ",
                       s.steps, s.batch, s.rate, rate, clip, number(s.dropout, 2), s.init);
  for (auto [i, seed] : llvm::enumerate(s.seeds))
    out << (i ? ", " : "") << seed;
  out << llvm::formatv(". Corpus {0}: {1} bytes, {2} training and {3} held-out tokens, {4} pieces "
                       "in an embedding of {5} rows{6}.</p>\n",
                       escapeXml(s.corpus), study.data.bytes, study.data.trainingTokens,
                       study.data.heldOutTokens, study.data.pieces, s.vocabulary,
                       study.data.pieces < s.vocabulary
                           ? " (the text supports no more pieces, the other rows stay unused)"
                           : "");
}

void writeRuns(llvm::raw_ostream &out, const Study &study) {
  out << "<h2>Runs</h2>\n<div class=\"scroll\"><table>\n<tr><th>run</th><th class=\"n\">parameters"
         "</th><th class=\"n\">steps</th><th class=\"n\">GFLOP per step</th><th "
         "class=\"n\">planned "
         "MB</th><th class=\"n\">compiled in s</th><th class=\"n\">first loss</th><th class=\"n\">"
         "last training loss</th></tr>\n";
  for (const RunRecord &run : study.runs) {
    out << "<tr><td class=\"arm\">" << runName(run) << (run.log.interrupted ? " (interrupted)" : "")
        << "</td>";
    double first = run.log.losses.empty() ? 0 : run.log.losses.front();
    double last = run.log.losses.empty() ? 0 : run.log.losses.back();
    for (const std::string &cell :
         {std::to_string(run.parameters), std::to_string(run.log.losses.size()),
          number(1e-9 * run.flopsPerStep, 2), number(1e-6 * run.plannedBytes, 1),
          number(run.compileSeconds, 2), number(first, 3), number(last, 3)})
      out << "<td class=\"n\">" << cell << "</td>";
    out << "</tr>\n";
  }
  out << "</table></div>\n";
}

/// What the claims about loss and position come to, in one sentence.
std::string lead(llvm::ArrayRef<Claim> claims) {
  switch (claims.front().verdict) {
  case Verdict::Reproduced:
    return "The published advantage of sparse attention survives a causal mask in this run.";
  case Verdict::Refuted:
    return "The published advantage of sparse attention disappears once the selector may not look "
           "into the future.";
  case Verdict::Unsupported:
    return "This run does not hold the arms that it takes to judge the published advantage.";
  }
  llvm_unreachable("every verdict has a sentence");
}

std::string in(llvm::StringRef folder, llvm::StringRef name) {
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

} // namespace

std::string dsa::reportHtml(const Study &study, llvm::ArrayRef<Claim> claims) {
  std::string document;
  llvm::raw_string_ostream out(document);
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
         "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Sparse "
         "against classic attention</title>\n<style>"
      << kStyle << "</style>\n</head>\n<body>\n<main>\n<h1>Sparse against classic attention</h1>\n"
      << "<p class=\"lead\">" << lead(claims) << "</p>\n";
  out << llvm::formatv("<p class=\"facts\">{0} · preset {1} · {2} threads, target {3} · {4}</p>\n",
                       study.date, study.settings.preset, study.settings.threads,
                       study.settings.target, escapeXml(study.machine));
  if (!study.finished)
    out << "<div class=\"warning\">This study is not finished: it shows what was measured until it "
           "stopped.</div>\n";
  for (const std::string &warning : study.warnings)
    out << "<div class=\"warning\">" << escapeXml(warning) << "</div>\n";
  std::vector<int64_t> lengths = measuredLengths(study);
  if (!lengths.empty()) {
    writeCards(out, study, lengths.back());
    writeResults(out, study);
  }
  writeClaims(out, claims);
  if (!lengths.empty())
    out << "<h2>Figures</h2>\n<figure>" << comparisonPage(study) << "</figure>\n<figure>"
        << bucketPage(study) << "</figure>\n";
  writeMethod(out, study);
  writeRuns(out, study);
  out << "<h2>Reproduce</h2>\n<p><code>" << escapeXml(study.command) << "</code></p>\n"
      << "</main>\n</body>\n</html>\n";
  return document;
}

llvm::Error dsa::writeRun(const RunRecord &run, llvm::StringRef folder) {
  return writeResult(in(folder, "runs/" + runName(run) + ".jsonl"), toJsonLines(run));
}

llvm::Error dsa::writeStudy(const Study &study, llvm::StringRef folder) {
  std::vector<Claim> claims = judgeClaims(study);
  llvm::json::Object summary = toJson(study);
  llvm::json::Array judged;
  for (const Claim &claim : claims)
    judged.push_back(llvm::json::Object{{"claim", claim.statement},
                                        {"published", claim.published},
                                        {"measured", claim.measured},
                                        {"verdict", verdictName(claim.verdict)},
                                        {"reason", claim.reason}});
  summary["claims"] = std::move(judged);
  std::string text = llvm::formatv("{0:2}\n", llvm::json::Value(std::move(summary)));
  if (llvm::Error error = writeResult(in(folder, "summary.json"), text))
    return error;
  if (!measuredLengths(study).empty()) {
    if (llvm::Error error = writeResult(in(folder, "comparison.svg"), comparisonPage(study)))
      return error;
    if (llvm::Error error = writeResult(in(folder, "buckets.svg"), bucketPage(study)))
      return error;
  }
  return writeResult(in(folder, "report.html"), reportHtml(study, claims));
}

std::string dsa::resultTable(const Study &study) {
  std::string table;
  llvm::raw_string_ostream out(table);
  out << "   L  arm              loss  accuracy   loss t<k-1  loss t>=k-1  ms/step\n";
  for (int64_t length : measuredLengths(study))
    for (const std::string &arm : study.settings.arms)
      if (std::optional<ArmResult> r = resultOf(study, arm, length))
        out << llvm::formatv("{0,4}  {1,-13} {2,7}  {3,8}  {4,11}  {5,11}  {6,7}\n", length, arm,
                             number(r->loss.mean, 3), percent(r->accuracy.mean),
                             number(r->earlyLoss.mean, 3), number(r->lateLoss.mean, 3),
                             number(1e3 * r->secondsPerStep, 0));
  return table;
}
