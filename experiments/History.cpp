// Appends benchmarks to the history, and compares a commit with the one before it.
#include "experiments/History.h"

#include "experiments/Provenance.h"
#include "experiments/Statistics.h"
#include "runtime/Json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <map>

using namespace dsa;

namespace {

/// One line of the file.
struct HistoryEntry {
  std::string commit, machine;
  std::vector<std::pair<std::string, double>> peakFractions; ///< By row.
};

llvm::Expected<HistoryEntry> parseEntry(llvm::StringRef line) {
  auto value = parseJson(line);
  if (!value)
    return value.takeError();
  HistoryEntry entry;
  const llvm::json::Object *object = value->getAsObject();
  auto commit = object ? object->getString("commit") : std::nullopt;
  auto machine = object ? object->getString("machine") : std::nullopt;
  const llvm::json::Array *rows = object ? object->getArray("rows") : nullptr;
  if (!commit || !machine || !rows)
    return llvm::createStringError("expected an object with commit, machine and rows");
  entry.commit = commit->str();
  entry.machine = machine->str();
  for (const llvm::json::Value &each : *rows) {
    const llvm::json::Object *row = each.getAsObject();
    auto kernel = row ? row->getString("kernel") : std::nullopt;
    auto shape = row ? row->getString("shape") : std::nullopt;
    auto threads = row ? row->getInteger("threads") : std::nullopt;
    auto share = row ? row->getNumber("peak_fraction") : std::nullopt;
    if (!kernel || !shape || !threads || !share || *share <= 0)
      return llvm::createStringError("expected rows with kernel, shape, threads and a "
                                     "peak_fraction above 0");
    entry.peakFractions.emplace_back(
        llvm::formatv("{0} {1}, {2} thread{3}", *kernel, *shape, *threads, *threads == 1 ? "" : "s")
            .str(),
        *share);
  }
  return entry;
}

llvm::Expected<std::vector<HistoryEntry>> parseHistory(llvm::StringRef text) {
  std::vector<HistoryEntry> entries;
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n');
  for (auto [number, line] : llvm::enumerate(lines)) {
    if (line.trim().empty())
      continue;
    auto entry = parseEntry(line);
    if (!entry)
      return llvm::createStringError(
          llvm::formatv("line {0}: {1}", number + 1, llvm::toString(entry.takeError())).str());
    entries.push_back(std::move(*entry));
  }
  return entries;
}

/// The runs of every row, by row; commits in the order of their first run.
using RunsByRow = std::map<std::string, std::vector<HistoryRuns>>;

RunsByRow groupRuns(llvm::ArrayRef<HistoryEntry> entries, llvm::StringRef machine) {
  RunsByRow rows;
  for (const HistoryEntry &entry : entries) {
    if (entry.machine != machine)
      continue;
    for (const auto &[row, share] : entry.peakFractions) {
      std::vector<HistoryRuns> &commits = rows[row];
      auto isOwn = [&](const HistoryRuns &runs) { return runs.commit == entry.commit; };
      auto own = llvm::find_if(commits, isOwn);
      if (own == commits.end())
        own = commits.insert(own, {entry.commit, {}});
      own->peakFractions.push_back(share);
    }
  }
  return rows;
}

HistoryChange changeOf(llvm::StringRef row, const HistoryRuns &before, const HistoryRuns &now,
                       double threshold) {
  double old = medianOf(before.peakFractions), best = *llvm::max_element(now.peakFractions);
  HistoryChange change{row.str(), before, now, medianOf(now.peakFractions) / old};
  change.slower = change.ratio < 1 - threshold / 100 && best < old;
  return change;
}

} // namespace

llvm::Expected<std::vector<HistoryChange>> dsa::compareHistory(llvm::StringRef text,
                                                               const HistoryQuery &query) {
  auto entries = parseHistory(text);
  if (!entries)
    return entries.takeError();
  auto isAsked = [&](const HistoryEntry &entry) { return entry.commit == query.commit; };
  auto newest = llvm::find_if(llvm::reverse(*entries), isAsked);
  if (newest == entries->rend())
    return llvm::createStringError("expected benchmarks of the commit " + query.commit +
                                   ", got none: record them with dsa-lab kernels --record");
  std::vector<HistoryChange> changes;
  auto isEnough = [&](const HistoryRuns &runs) {
    return static_cast<int64_t>(runs.peakFractions.size()) >= query.runs;
  };
  for (const auto &[row, commits] : groupRuns(*entries, newest->machine)) {
    auto now = llvm::find_if(commits, [&](auto &runs) { return runs.commit == query.commit; });
    if (now == commits.begin() || now == commits.end())
      continue;
    const HistoryRuns &before = *std::prev(now);
    if (isEnough(before) && isEnough(*now))
      changes.push_back(changeOf(row, before, *now, query.threshold));
  }
  if (changes.empty())
    return llvm::createStringError(
        llvm::formatv("expected rows with {0} runs of the commit {1} and of one before it on the "
                      "same machine, got none",
                      query.runs, query.commit)
            .str());
  return changes;
}

void HistoryFile::declare(Options &options) {
  path = kHistoryPath;
  options.flag("record", "append the rows to the history, which dsa-lab history reads", asked);
  options.text("history", "FILE", "the history", path);
}

llvm::Error HistoryFile::record(const KernelBenchmark &benchmark) const {
  if (!asked)
    return llvm::Error::success();
  auto commit = currentCommit();
  if (!commit)
    return commit.takeError();
  llvm::json::Value value = toJson(benchmark);
  (*value.getAsObject())["commit"] = *commit;
  (*value.getAsObject())["date"] = today();
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (!folder.empty())
    if (std::error_code code = llvm::sys::fs::create_directories(folder))
      return llvm::createStringError(code, "cannot create '" + folder + "': " + code.message());
  std::error_code code;
  llvm::raw_fd_ostream file(path, code, llvm::sys::fs::OF_Append);
  if (code)
    return llvm::createStringError(code, "cannot append to '" + path + "': " + code.message());
  file << llvm::formatv("{0}", value).str() + "\n";
  file.close();
  if (file.has_error()) {
    code = file.error();
    file.clear_error();
    return llvm::createStringError(code, "cannot append to '" + path + "': " + code.message());
  }
  return llvm::Error::success();
}
