// Gathers what was measured at each length, and reads intervals.
#include "experiments/Evidence.h"

#include "experiments/NumberText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dsa;

namespace {

std::optional<AgainstBaseline> againstBaseline(const Study &study, llvm::StringRef arm,
                                               int64_t length) {
  auto result = resultOf(study, arm, length);
  auto difference = differenceOf(study, arm, comparisonOf(study.settings).baseline().name, length);
  if (!result || !difference)
    return std::nullopt;
  return AgainstBaseline{arm.str(), *result, *difference};
}

} // namespace

std::vector<Evidence> dsa::evidenceOf(const Study &study) {
  const Comparison &comparison = comparisonOf(study.settings);
  std::vector<Evidence> all;
  for (int64_t length : measuredLengths(study)) {
    Evidence at;
    at.length = length;
    at.baseline = resultOf(study, comparison.baseline().name, length);
    for (const Arm &arm : llvm::drop_begin(comparison.arms)) {
      if (arm.aside)
        continue;
      auto measured = againstBaseline(study, arm.name, length);
      if (measured && arm.leaks)
        at.published = std::move(measured);
      else if (measured)
        at.causal.push_back(std::move(*measured));
    }
    all.push_back(std::move(at));
  }
  return all;
}

Answer dsa::isAtLeast(const Difference &difference, double bound) {
  if (difference.low >= bound)
    return Answer::Yes;
  return difference.high < bound ? Answer::No : Answer::Undecided;
}

Difference dsa::negated(const Difference &difference) {
  return {difference.pairs, -difference.mean, -difference.high, -difference.low};
}

std::string dsa::intervalText(const Difference &difference, int digits) {
  std::string text = number(difference.mean, digits);
  if (difference.pairs > 1)
    text += " [" + number(difference.low, digits) + ", " + number(difference.high, digits) + "]";
  return text;
}

llvm::StringRef dsa::rankOf(const Difference &loss) {
  if (!loss.ranks())
    return "not ranked";
  return loss.mean < 0 ? "better" : "worse";
}

std::string dsa::rankingText(const Study &study) {
  std::string ranked, level;
  for (const Evidence &at : evidenceOf(study))
    for (const AgainstBaseline &arm : at.causal) {
      const Difference &loss = arm.difference.loss;
      if (loss.pairs < 2)
        return "One seed cannot rank arms that are close.";
      std::string place = llvm::formatv(" at L = {0}", at.length);
      std::string &list = loss.ranks() ? ranked : level;
      list += (list.empty() ? "" : ", ") + arm.arm;
      if (loss.ranks())
        list += (" is " + rankOf(loss) + " than " + arm.difference.baseline).str();
      list += place;
    }
  std::string text = ranked.empty() ? "" : "Over the seeds, " + ranked + ".";
  if (!level.empty())
    text += (text.empty() ? "" : " ") +
            ("The interval holds zero for " + level + ": these are not ranked.");
  return text;
}

std::string dsa::lossesText(const Study &study, const Evidence &at) {
  if (at.causal.empty())
    return "";
  std::string text =
      comparisonOf(study.settings).baseline().name.str() + " " + number(at.baseline->loss.mean, 3);
  auto add = [&](const AgainstBaseline &arm) {
    text += ", " + arm.arm + " " + number(arm.result.loss.mean, 3) + " (difference " +
            intervalText(arm.difference.loss) + ")";
  };
  llvm::for_each(at.causal, add);
  if (at.published)
    add(*at.published);
  return text;
}

std::string dsa::armsMissing(const Study &study) {
  return llvm::formatv("It takes the arm {0} and a causal sparse arm to judge this.",
                       comparisonOf(study.settings).baseline().name);
}

double dsa::bestGain(const Evidence &at) {
  double best = -HUGE_VAL;
  for (const AgainstBaseline &arm : at.causal)
    best = std::max(best, -arm.difference.loss.mean / at.baseline->loss.mean);
  return best;
}

Answer dsa::someArmSaves(const Evidence &at, double share) {
  Answer answer = Answer::No;
  for (const AgainstBaseline &arm : at.causal) {
    Answer one = isAtLeast(negated(arm.difference.loss), share * at.baseline->loss.mean);
    if (one == Answer::Yes)
      return one;
    if (one == Answer::Undecided)
      answer = one;
  }
  return answer;
}

Verdict dsa::verdictOf(llvm::ArrayRef<Answer> answers) {
  if (answers.empty() || llvm::is_contained(answers, Answer::Undecided))
    return Verdict::Unsupported;
  if (llvm::all_equal(answers))
    return answers.front() == Answer::Yes ? Verdict::Reproduced : Verdict::Refuted;
  return Verdict::Unsupported;
}

std::string dsa::perLength(llvm::ArrayRef<Evidence> all,
                           llvm::function_ref<std::string(const Evidence &)> describe) {
  std::string text;
  for (const Evidence &at : all) {
    std::string part = describe(at);
    if (!part.empty())
      text += (text.empty() ? "" : "; ") + llvm::formatv("L = {0}: ", at.length).str() + part;
  }
  return text.empty() ? "not measured" : text;
}

std::string
dsa::publishedPerLength(const Comparison &comparison,
                        llvm::function_ref<std::string(const PublishedResult &)> describe) {
  std::string text;
  for (const PublishedResult &at : comparison.published)
    text += (text.empty() ? "" : "; ") + llvm::formatv("L = {0}: ", at.length).str() + describe(at);
  return text;
}
