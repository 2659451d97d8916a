// Says how far an experiment is, from its files alone.
#include "experiments/Progress.h"
#include "experiments/Question.h"
#include "experiments/StudyFolder.h"
#include "runtime/Json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace dsa;

namespace {

/// What the file of a run says: its last step, and the loss there.
struct RunState {
  int64_t step = 0;
  std::optional<double> trained, heldOut;
};

/// Reads runs/<run>.jsonl, which is replaced at every evaluation; lines that say nothing are
/// skipped.
RunState readRun(llvm::StringRef folder, llvm::StringRef run) {
  RunState state;
  auto file = llvm::MemoryBuffer::getFile(folder + "/runs/" + run + ".jsonl");
  if (!file)
    return state;
  llvm::SmallVector<llvm::StringRef> lines;
  (*file)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines) {
    auto value = parseJson(line);
    llvm::consumeError(value.takeError());
    llvm::json::Object *object = value ? value->getAsObject() : nullptr;
    if (!object)
      continue;
    if (auto step = object->getInteger("step")) {
      state.step = *step;
      state.trained = object->getNumber("train_loss");
    }
    if (const llvm::json::Object *evaluation = object->getObject("evaluation"))
      if (const llvm::json::Object *all = evaluation->getObject("all"))
        state.heldOut = all->getNumber("loss");
  }
  return state;
}

std::string lossText(std::optional<double> loss) {
  return loss ? llvm::formatv("{0:f3}", *loss).str() : "";
}

/// One line of the table.
std::string runLine(llvm::StringRef folder, llvm::StringRef run, int64_t steps,
                    const StudyProgress &progress) {
  RunState state = readRun(folder, run);
  if (progress.run == run && progress.step > state.step) {
    state.step = progress.step;
    state.trained = progress.loss;
  }
  std::vector<std::string> saved = checkpointsIn(folder, run, 1).paths();
  std::string last = saved.empty() ? "none" : saved.back();
  return llvm::formatv("  {0,-26} {1,13} {2,9} {3,9}  {4}\n", run,
                       llvm::formatv("{0}/{1}", state.step, steps).str(), lossText(state.trained),
                       lossText(state.heldOut), last);
}

/// "running", or what became of it.
std::string stateOf(llvm::StringRef folder, const StudyProgress &progress) {
  if (progress.state != "running" || isInUse(folder))
    return progress.state;
  return "killed";
}

void printEnd(llvm::StringRef folder, llvm::StringRef question, llvm::StringRef state,
              const StudyProgress &progress) {
  if (state == "running")
    llvm::outs() << llvm::formatv("{0:f0} tokens/s, {1} left\n", progress.tokensPerSecond,
                                  Progress::duration(progress.secondsLeft));
  else if (state == "finished")
    llvm::outs() << "report: " << folder << "/report.html\n";
  else
    llvm::outs() << (progress.message.empty() ? "" : progress.message + "\n")
                 << "go on with: dsa-lab " << question << " --resume=" << folder << '\n';
}

} // namespace

llvm::Expected<int> dsa::answerStatus(llvm::ArrayRef<llvm::StringRef> arguments) {
  if (llvm::is_contained(arguments, "--help")) {
    llvm::outs() << "usage: dsa-lab status FOLDER\n\n"
                    "Reads the files of an experiment, running or not: arms, steps, losses, speed,"
                    "\ntime left and the newest checkpoints.\n\nexamples:\n"
                    "  dsa-lab status experiments/results/sparse-vs-classic\n"
                    "  dsa-lab status book\n";
    return 0;
  }
  if (arguments.size() != 1 || arguments.front().starts_with("-"))
    return llvm::createStringError("expected the folder of one experiment, got '" +
                                   llvm::join(arguments, " ") + "'");
  llvm::StringRef folder = arguments.front();
  auto request = readRequest(folder);
  if (!request)
    return request.takeError();
  // Before its first step an experiment has not said how far it is.
  StudyProgress progress;
  if (auto read = readProgress(folder))
    progress = *read;
  else
    llvm::consumeError(read.takeError());
  const StudySettings &s = request->settings;
  std::string state = stateOf(folder, progress);
  llvm::outs() << folder << ": " << state << "\npreset " << s.preset << ", corpus " << s.corpus
               << ", " << s.steps << " steps of " << s.batch << " windows\n";
  llvm::outs() << llvm::formatv("  {0,-26} {1,13} {2,9} {3,9}  {4}\n", "run", "steps", "trained",
                                "held out", "last checkpoint");
  for (int64_t length : s.lengths)
    for (int64_t seed : s.seedList())
      for (const std::string &arm : s.arms)
        llvm::outs() << runLine(folder, runName(arm, length, seed), s.steps, progress);
  printEnd(folder, s.question, state, progress);
  return 0;
}
