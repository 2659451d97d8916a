// The claims of the published experiment with selection on top of latent attention.
#include "experiments/Evidence.h"
#include "experiments/NumberText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dsa;

namespace {

/// What was published: selection by an indexer that nothing trains.
constexpr llvm::StringLiteral kPublishedArm = "sparse-random";
/// A published run that stays above this loss has learned little more than how often each token
/// occurs.
constexpr double kPlateau = 6.5;

/// "-0.793", "+0.123".
std::string signedNumber(double value, int digits) {
  return (value < 0 ? "" : "+") + number(value, digits);
}

const AgainstBaseline *publishedArm(const Evidence &at) {
  auto found =
      llvm::find_if(at.causal, [](const AgainstBaseline &arm) { return arm.arm == kPublishedArm; });
  return found == at.causal.end() ? nullptr : &*found;
}

/// The claim that selection changed the loss of one length as much as published.
Claim sizeClaim(const Study &study, int64_t length) {
  const PublishedResult &theirs = latentSparse().publishedNear(length);
  bool gain = theirs.change() < 0;
  Claim claim;
  claim.statement = llvm::formatv("At L = {0} selection {1} the loss by {2}.", length,
                                  gain ? "lowers" : "raises", percent(std::abs(theirs.change())));
  claim.published = number(theirs.baselineLoss, 2) + " against " + number(theirs.sparseLoss, 2) +
                    ", one run each";
  std::vector<Evidence> all = evidenceOf(study);
  auto at = llvm::find_if(all, [&](const Evidence &at) { return at.length == length; });
  const AgainstBaseline *ours = at == all.end() ? nullptr : publishedArm(*at);
  if (!ours) {
    claim.measured = "not measured";
    claim.reason = llvm::formatv("It takes the arms {0} and {1} at L = {2} to judge this.",
                                 latentSparse().baseline().name, kPublishedArm, length);
    return claim;
  }
  double loss = at->baseline->loss.mean, change = ours->difference.loss.mean / loss;
  claim.measured = llvm::formatv("{0} {1}, {2} {3} (difference {4})", ours->difference.baseline,
                                 number(loss, 3), kPublishedArm, number(ours->result.loss.mean, 3),
                                 intervalText(ours->difference.loss));
  Difference effect = gain ? negated(ours->difference.loss) : ours->difference.loss;
  claim.verdict = verdictOf(isAtLeast(effect, kReproducedShare * std::abs(theirs.change()) * loss));
  claim.reason =
      llvm::formatv("The same arm, trained on as many tokens as the dense one, makes the "
                    "loss {0} {1}.",
                    percent(std::abs(change)), change < 0 ? "smaller" : "greater");
  if (!latentSparse().isPublishedNetwork(study.settings))
    claim.reason += " The network is smaller than the published one.";
  return claim;
}

/// "sparse minus dense 0.021 [0.003, 0.039]", or nothing.
std::string differenceText(const Study &study, llvm::StringRef arm, llvm::StringRef baseline,
                           int64_t length) {
  auto difference = differenceOf(study, arm, baseline, length);
  return difference ? (arm + " minus " + baseline + " " + intervalText(difference->loss)).str()
                    : "";
}

/// How selection ranks where the latent row does make keys, length by length.
std::string selectionWithKeysText(const Study &study) {
  std::string text;
  for (int64_t length : measuredLengths(study))
    if (auto difference = differenceOf(study, "sparse-keyed", "keyed", length))
      text += llvm::formatv(
          "{0} {1} at L = {2}", text.empty() ? "" : ",",
          difference->loss.pairs > 1 ? rankOf(difference->loss) : "not ranked by one seed", length);
  return text.empty() ? "" : " Where half of each key does, selection is" + text + ".";
}

} // namespace

Claim dsa::directionClaim(const Study &study) {
  std::vector<Evidence> all = evidenceOf(study);
  Claim claim;
  claim.statement = "Selection on top of latent attention gains nothing that holds over lengths.";
  claim.published = publishedPerLength(latentSparse(), [](const PublishedResult &at) {
    return number(at.baselineLoss, 2) + " against " + number(at.sparseLoss, 2);
  });
  claim.measured = perLength(all, [&](const Evidence &at) { return lossesText(study, at); });
  std::vector<Answer> gains;
  for (const Evidence &at : all)
    if (!at.causal.empty())
      gains.push_back(someArmSaves(at, kGainWorthNaming));
  if (gains.empty()) {
    claim.reason = armsMissing(study);
    return claim;
  }
  Verdict gain = verdictOf(gains);
  std::string share = percent(kGainWorthNaming);
  if (gain == Verdict::Refuted) {
    claim.verdict = Verdict::Reproduced;
    claim.reason = "No selection saves " + share + " of the loss of dense latent attention. " +
                   rankingText(study);
  } else if (gain == Verdict::Reproduced) {
    claim.verdict = Verdict::Refuted;
    claim.reason = "A causal selection saves " + share + " of the loss at every length.";
  } else {
    claim.reason = "The lengths do not agree within their intervals whether " + share +
                   " of the loss is saved.";
  }
  return claim;
}

Claim dsa::shortLengthClaim(const Study &study) {
  return sizeClaim(study, 64);
}

Claim dsa::longLengthClaim(const Study &study) {
  return sizeClaim(study, 1024);
}

Claim dsa::magnitudeClaim(const Study &study) {
  const Comparison &comparison = latentSparse();
  Claim claim;
  claim.statement = "The differences of the table are what selection does.";
  claim.published = publishedPerLength(comparison, [](const PublishedResult &at) {
    return signedNumber(at.sparseLoss - at.baselineLoss, 2) + " nats";
  });
  claim.measured = perLength(evidenceOf(study), [](const Evidence &at) -> std::string {
    const AgainstBaseline *ours = publishedArm(at);
    return ours ? intervalText(ours->difference.loss) + " nats" : "";
  });
  int64_t stuck = 0;
  for (const PublishedResult &at : comparison.published)
    stuck += (at.baselineLoss > kPlateau) + (at.sparseLoss > kPlateau);
  claim.reason = llvm::formatv(
      "One run a cell has no interval. {0} of the {1} published runs end above {2} nats, near what "
      "counting tokens gives; the greatest difference is between one that left this plateau and "
      "one that did not. 99 % of the validation windows are training windows shifted by a token, "
      "and the lengths differ fourfold in tokens.",
      stuck, 2 * comparison.published.size(), number(kPlateau, 1));
  return claim;
}

Claim dsa::futureClaim(const Study &study) {
  Claim claim;
  claim.statement = "No query attends to a later token.";
  claim.published = "a causal mask beside the selection";
  std::vector<std::string> arms;
  bool published = false;
  for (const std::string &arm : study.settings.arms)
    if (llvm::any_of(study.runs, [&](const RunRecord &run) { return run.arm == arm; })) {
      arms.push_back(arm);
      published |= arm == kPublishedArm;
    }
  if (!published) {
    claim.measured = "not measured";
    claim.reason =
        llvm::formatv("It takes the arm {0}, which is what was published.", kPublishedArm);
    return claim;
  }
  claim.measured = "proved before compilation for " + llvm::join(arms, ", ");
  claim.verdict = Verdict::Reproduced;
  claim.reason = "Here the published experiment is sound: a selection that holds future keys would "
                 "be an error of the compiler, and no arm asks to be let through.";
  return claim;
}

Claim dsa::latentKeyClaim(const Study &study) {
  Claim claim;
  claim.statement = "Latent attention has compressed the keys, so selection has nothing to add.";
  claim.published = "no measurement";
  bool measured = false;
  claim.measured = perLength(evidenceOf(study), [&](const Evidence &at) {
    std::vector<std::string> parts;
    for (auto [arm, baseline] : {std::pair("keyed", "dense"), std::pair("sparse", "dense"),
                                 std::pair("sparse-keyed", "keyed")})
      if (std::string text = differenceText(study, arm, baseline, at.length); !text.empty())
        parts.push_back(text);
    measured |= differenceOf(study, "keyed", "dense", at.length).has_value();
    return llvm::join(parts, ", ");
  });
  if (!measured) {
    claim.reason = "It takes the arms dense and keyed to judge this.";
    return claim;
  }
  claim.verdict = Verdict::Refuted;
  claim.reason = "In the published network no column of a key comes from the latent row, which "
                 "feeds values only: one rotary key a token serves all heads." +
                 selectionWithKeysText(study);
  return claim;
}
