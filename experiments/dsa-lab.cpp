// dsa-lab: answers the questions of this project by experiments, one sub-command a question.
#include "experiments/Question.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace {

void printHelp(llvm::raw_ostream &out) {
  out << "usage: dsa-lab QUESTION [options]\n\nquestions:\n";
  for (const dsa::Question &question : dsa::questions())
    out << "  " << llvm::left_justify(question.name, 20) << question.summary << '\n';
  out << "\nexamples:\n"
         "  dsa-lab sparse-vs-classic            train all arms for five minutes, write a report\n"
         "  dsa-lab sparse-vs-classic --help     every option of one question\n";
}

} // namespace

int main(int argc, char **argv) {
  llvm::SmallVector<llvm::StringRef> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
    printHelp(arguments.empty() ? llvm::errs() : llvm::outs());
    return arguments.empty() ? 1 : 0;
  }
  for (const dsa::Question &question : dsa::questions()) {
    if (question.name != arguments.front())
      continue;
    auto code = question.answer(llvm::ArrayRef(arguments).drop_front());
    if (code)
      return *code;
    llvm::errs() << "dsa-lab " << question.name << ": " << llvm::toString(code.takeError()) << '\n';
    return 1;
  }
  auto names = llvm::map_range(dsa::questions(),
                               [](const dsa::Question &question) { return question.name; });
  llvm::errs() << "dsa-lab: expected a question of " << llvm::join(names, ", ") << ", got '"
               << arguments.front() << "'\n";
  return 1;
}
