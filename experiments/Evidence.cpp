// Gathers what was measured at each length, and reads intervals.
#include "experiments/Evidence.h"

#include "experiments/Arms.h"
#include "experiments/NumberText.h"

#include "llvm/Support/FormatVariadic.h"

using namespace dsa;

namespace {

std::optional<AgainstClassic> againstClassic(const Study &study, llvm::StringRef arm,
                                             int64_t length) {
  auto result = resultOf(study, arm, length);
  auto difference = differenceOf(study, arm, allArms().front().name, length);
  if (!result || !difference)
    return std::nullopt;
  return AgainstClassic{arm.str(), *result, *difference};
}

} // namespace

std::vector<Evidence> dsa::evidenceOf(const Study &study) {
  std::vector<Evidence> all;
  for (int64_t length : measuredLengths(study)) {
    Evidence at;
    at.length = length;
    at.classic = resultOf(study, allArms().front().name, length);
    for (const Arm &arm : allArms().drop_front()) {
      auto measured = againstClassic(study, arm.name, length);
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

std::string dsa::rankingText(llvm::ArrayRef<Evidence> all) {
  std::string ranked, level;
  for (const Evidence &at : all)
    for (const AgainstClassic &arm : at.causal) {
      const Difference &loss = arm.difference.loss;
      if (loss.pairs < 2)
        return "One seed cannot rank arms that are close.";
      std::string place = llvm::formatv(" at L = {0}", at.length);
      std::string &list = loss.ranks() ? ranked : level;
      list += (list.empty() ? "" : ", ") + arm.arm;
      if (loss.ranks())
        list += (" is " + rankOf(loss) + " than classic").str();
      list += place;
    }
  std::string text = ranked.empty() ? "" : "Over the seeds, " + ranked + ".";
  if (!level.empty())
    text += (text.empty() ? "" : " ") +
            ("The interval holds zero for " + level + ": these are not ranked.");
  return text;
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
dsa::publishedPerLength(llvm::function_ref<std::string(const PublishedResult &)> describe) {
  std::string text;
  for (const PublishedResult &at : publishedResults())
    text += (text.empty() ? "" : "; ") + llvm::formatv("L = {0}: ", at.length).str() + describe(at);
  return text;
}
