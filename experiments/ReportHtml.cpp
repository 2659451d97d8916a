// Lays out the report: style, result, figures, method.
#include "experiments/Comparison.h"
#include "experiments/NumberText.h"
#include "experiments/Plot.h"
#include "experiments/Report.h"
#include "experiments/ReportTables.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kStyle = R"css(
:root { --ink: #1f2933; --soft: #52606d; --line: #e4e8ec; --paper: #ffffff; --ground: #f4f6f8;
  --alarm: #e07a3f; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 48px 24px 80px; }
h1 { font-size: 32px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 44px 0 12px; }
p { margin: 0 0 12px; max-width: 75ch; }
.lead { font-size: 18px; color: var(--soft); }
.facts { color: var(--soft); font-size: 14px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px;
  margin: 28px 0; }
.card { background: var(--paper); border: 1px solid var(--line); border-top: 4px solid var(--soft);
  border-radius: 8px; padding: 16px 18px; }
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
.range { color: var(--soft); font-size: 12px; }
.claims th { width: 17%; }
.claims th:nth-child(2) { width: 19%; }
.claims th:nth-child(3) { width: 27%; }
.claims th:nth-child(4) { width: 37%; }
.scroll { overflow-x: auto; }
.scroll + p { margin-top: 10px; }
.verdict { display: inline-block; padding: 1px 10px; border-radius: 99px; font-size: 13px;
  font-weight: 600; }
.reproduced { background: #d8f3dc; color: #1b5e35; }
.refuted { background: #fde2e1; color: #9b1c1c; }
.unsupported { background: #e9ecef; color: #495057; }
.reason { color: var(--soft); }
figure { margin: 16px 0; background: var(--paper); border: 1px solid var(--line);
  border-radius: 8px; padding: 8px; }
figure svg { display: block; width: 100%; height: auto; }
.warning { background: #fff4e6; border-left: 4px solid var(--alarm); padding: 10px 14px;
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

void writeCards(llvm::raw_ostream &out, const Study &study, int64_t length) {
  out << "<div class=\"cards\">\n";
  for (const std::string &name : study.settings.arms)
    if (std::optional<ArmResult> result = resultOf(study, name, length)) {
      const Arm &arm = comparisonOf(study.settings).arm(name);
      out << llvm::formatv("<div class=\"card\" style=\"border-top-color: {0}\"><h3>{1}</h3>"
                           "<div class=\"value\">{2}</div><div class=\"note\">nats per held-out "
                           "token, {3} right<br>{4}</div></div>\n",
                           arm.color, arm.name, number(result->loss.mean, 3),
                           percent(result->accuracy.mean), arm.meaning);
    }
  out << "</div>\n";
}

/// "16 windows", or for each length if longer windows make it fewer.
std::string windowsText(const StudySettings &s) {
  std::string text;
  for (int64_t length : s.lengths)
    text += (text.empty() ? "" : ", ") +
            llvm::formatv("{0} at L = {1}", s.batchAt(length), length).str();
  return s.updateTokens ? text + " windows" : std::to_string(s.batch) + " windows";
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
         "on the same number of tokens. An arm with a trained indexer attends to all keys in the "
         "first quarter of its steps, then trains the indexer alone on windows of its own while "
         "everything else stays as it is, then selects; the indexer learns from the attention "
         "only, the rest from the text only. The step is differentiated, planned and compiled to "
         "machine code by this project; nothing else computes.</p>\n"
      << llvm::formatv("<p>{0}: {1} token positions are both trained on and held out. Every "
                       "evaluation reads the same {2} held-out windows. Position t is counted as "
                       "early when t &lt; k − 1, where a selection of k keys has more places than "
                       "the past has tokens; k is half the length.</p>\n",
                       split, study.data.sharedTokens, s.heldOutWindows);
  out << llvm::formatv("<p>{0} steps of {1}, Adam at {2:f4} ({3}), {4}, dropout {5}, "
                       "initialisation <em>{6}</em>, seeds ",
                       s.steps, windowsText(s), s.rate, rate, clip, number(s.dropout, 2), s.init);
  for (auto [i, seed] : llvm::enumerate(s.seedList()))
    out << (i ? ", " : "") << seed;
  out << llvm::formatv(". Corpus {0}: {1} bytes, {2} training and {3} held-out tokens, {4} pieces "
                       "in an embedding of {5} rows{6}.</p>\n",
                       escapeXml(s.corpus), study.data.bytes, study.data.trainingTokens,
                       study.data.heldOutTokens, study.data.pieces, s.vocabulary,
                       study.data.pieces < s.vocabulary
                           ? " (the text supports no more pieces, the other rows stay unused)"
                           : "");
}

/// What the first of the claims comes to, in one sentence.
llvm::StringRef lead(const Comparison &comparison, llvm::ArrayRef<Claim> claims) {
  switch (claims.front().verdict) {
  case Verdict::Reproduced:
    return comparison.reproducedLead;
  case Verdict::Refuted:
    return comparison.refutedLead;
  case Verdict::Unsupported:
    return comparison.unsupportedLead;
  }
  llvm_unreachable("every verdict has a sentence");
}

} // namespace

std::string dsa::reportHtml(const Study &study, llvm::ArrayRef<Claim> claims) {
  const Comparison &comparison = comparisonOf(study.settings);
  std::string document;
  llvm::raw_string_ostream out(document);
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
         "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
      << comparison.title << "</title>\n<style>" << kStyle
      << "</style>\n</head>\n<body>\n<main>\n<h1>" << comparison.title
      << "</h1>\n<p class=\"lead\">" << lead(comparison, claims) << "</p>\n";
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
    writeDifferences(out, study);
    writeIndexers(out, study);
  }
  writeClaims(out, claims);
  writePublished(out, study);
  if (!lengths.empty())
    out << "<h2>Figures</h2>\n<figure>" << comparisonPage(study) << "</figure>\n<figure>"
        << bucketPage(study) << "</figure>\n";
  if (std::string page = indexerPage(study); !page.empty())
    out << "<figure>" << page << "</figure>\n";
  writeMethod(out, study);
  writeRuns(out, study);
  out << "<h2>Reproduce</h2>\n<p><code>" << escapeXml(study.command) << "</code></p>\n"
      << "</main>\n</body>\n</html>\n";
  return document;
}
