// What a study holds for and against the published claims, length by length.
#pragma once

#include "experiments/Comparison.h"

namespace dsa {

/// An arm beside the baseline at one length.
struct AgainstBaseline {
  std::string arm;
  ArmResult result;
  ArmDifference difference; ///< This arm minus the baseline.
};

/// What was measured at one length.
struct Evidence {
  int64_t length = 0;
  std::optional<ArmResult> baseline;
  std::vector<AgainstBaseline> causal;      ///< The arms that select from the past only.
  std::optional<AgainstBaseline> published; ///< The leaking selector.
};

/// One entry a measured length.
std::vector<Evidence> evidenceOf(const Study &study);

/// What intervals say about "at least this much".
enum class Answer { Yes, No, Undecided };

/// Whether the quantity behind `difference` is at least `bound`: undecided when its interval holds
/// the bound. Without an interval (one seed) the one value answers.
Answer isAtLeast(const Difference &difference, double bound);

/// The difference with its sign turned: a gain in loss.
Difference negated(const Difference &difference);

/// "0.043 [0.021, 0.065]", or the mean alone with one pair.
std::string intervalText(const Difference &difference, int digits = 3);

/// What a difference of losses makes of its first arm: "better", "worse" or "not ranked".
llvm::StringRef rankOf(const Difference &loss);

/// One sentence about which causal arms the losses rank: "sparse-random is worse than classic at
/// L = 64"; with one seed, that nothing can be ranked.
std::string rankingText(const Study &study);

/// "classic 5.114, sparse-random 5.156 (difference 0.042 [0.021, 0.063]), ..."; empty without a
/// causal arm.
std::string lossesText(const Study &study, const Evidence &at);

/// That an arm is missing which the claim is about.
std::string armsMissing(const Study &study);

/// Share of its own loss that the baseline would save as the best causal arm.
double bestGain(const Evidence &at);

/// Whether some causal arm saves `share` of the loss of the baseline at this length.
Answer someArmSaves(const Evidence &at, double share);

/// The verdict of lengths that each have an answer: all must agree.
Verdict verdictOf(llvm::ArrayRef<Answer> answers);

/// A gain below this share of the baseline's loss is none worth a claim.
inline constexpr double kGainWorthNaming = .05;
/// An effect below this share of the published one is no reproduction of it.
inline constexpr double kReproducedShare = .5;

/// `describe` of every length, "L = 64: ...; L = 128: ..."; empty parts are left out.
std::string perLength(llvm::ArrayRef<Evidence> all,
                      llvm::function_ref<std::string(const Evidence &)> describe);

/// The same of the published lengths.
std::string publishedPerLength(const Comparison &comparison,
                               llvm::function_ref<std::string(const PublishedResult &)> describe);

} // namespace dsa
