// Writes the files of a study, and its tables for a terminal.
#include "experiments/Report.h"

#include "experiments/Evidence.h"
#include "experiments/NumberText.h"
#include "experiments/ResultFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace dsa;

namespace {

std::string in(llvm::StringRef folder, llvm::StringRef name) {
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

} // namespace

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
    if (std::string page = indexerPage(study); !page.empty())
      if (llvm::Error error = writeResult(in(folder, "indexers.svg"), page))
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
  for (int64_t length : measuredLengths(study))
    for (const ArmDifference &d : differencesAt(study, length))
      if (d.baseline == study.settings.arms.front() && d.loss.pairs > 1)
        out << llvm::formatv("L = {0}: loss of {1} minus {2}: {3} over {4} seeds, {5}\n", length,
                             d.arm, d.baseline, intervalText(d.loss), d.loss.pairs, rankOf(d.loss));
  return table;
}
