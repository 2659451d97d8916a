// Says whether a commit is slower than the last one that was measured.
#include "experiments/History.h"
#include "experiments/NumberText.h"
#include "experiments/Provenance.h"
#include "experiments/Question.h"
#include "experiments/Statistics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace dsa;

namespace {

/// The exit code when a row is slower; 1 says that nobody knows.
constexpr int kSlower = 2;

void print(llvm::ArrayRef<HistoryChange> changes) {
  size_t width = 0;
  for (const HistoryChange &change : changes)
    width = std::max(width, change.row.size());
  for (const HistoryChange &change : changes)
    llvm::outs() << llvm::left_justify(change.row, width)
                 << llvm::formatv("  {0,5:f1} % of peak, {1,5:f1} % at {2}, ratio {3:f3}{4}\n",
                                  100 * medianOf(change.now.peakFractions),
                                  100 * medianOf(change.before.peakFractions), change.before.commit,
                                  change.ratio, change.slower ? ", slower" : "");
}

} // namespace

llvm::Expected<int> dsa::answerHistory(llvm::ArrayRef<llvm::StringRef> arguments) {
  HistoryQuery query;
  std::string path = kHistoryPath.str();
  bool help = false;
  Options options;
  options.text("history", "FILE", "what dsa-lab kernels --record has written", path);
  options.text("commit", "NAME", "the commit to judge; without it that of the sources",
               query.commit);
  options.integer("runs", "fewest runs of each commit", query.runs, 1, 1000);
  options.number("threshold", "per cent that a row may lose", query.threshold, 0, 100);
  options.flag("help", "print this", help);
  std::string described = options.help();
  if (llvm::Error error = options.parse(arguments))
    return error;
  if (help) {
    llvm::outs()
        << "usage: dsa-lab history [options]\n\n"
           "Says whether a commit is slower than the last one before it that was measured "
           "on the same\nmachine, row by row: the share of the multiply-add peak, median "
           "of the runs. A row is slower\nif it has lost more than the threshold and even "
           "its best run does not reach the median before.\nExit code 0: no row is slower; "
           "2: some are; 1: nobody can say.\n\noptions:\n"
        << described
        << "\nexamples:\n  dsa-lab history\n"
           "  dsa-lab history --threshold=3 --runs=5\n";
    return 0;
  }
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return llvm::createStringError(file.getError(),
                                   "cannot read '" + path + "': " + file.getError().message());
  if (query.commit.empty()) {
    auto commit = currentCommit();
    if (!commit)
      return commit.takeError();
    query.commit = *commit;
  }
  auto changes = compareHistory((*file)->getBuffer(), query);
  if (!changes)
    return llvm::createStringError("'" + path + "': " + llvm::toString(changes.takeError()));
  print(*changes);
  auto slower = llvm::count_if(*changes, [](const HistoryChange &change) { return change.slower; });
  llvm::outs() << llvm::formatv("{0}: {1} of {2} rows slower by more than {3} %\n", query.commit,
                                slower, changes->size(), shortNumber(query.threshold));
  return slower ? kSlower : 0;
}
