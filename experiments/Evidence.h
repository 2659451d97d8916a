// What a study holds for and against the published claims, length by length.
#pragma once

#include "experiments/Claims.h"
#include "experiments/PublishedResults.h"

namespace dsa {

/// An arm beside classic attention at one length.
struct AgainstClassic {
  std::string arm;
  ArmResult result;
  ArmDifference difference; ///< This arm minus classic attention.
};

/// What was measured at one length.
struct Evidence {
  int64_t length = 0;
  std::optional<ArmResult> classic;
  std::vector<AgainstClassic> causal;      ///< The arms that select from the past only.
  std::optional<AgainstClassic> published; ///< The leaking selector.
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

/// One sentence about which arms the losses rank: "sparse-random is worse than classic at L = 64";
/// with one seed, that nothing can be ranked.
std::string rankingText(llvm::ArrayRef<Evidence> all);

/// `describe` of every length, "L = 64: ...; L = 128: ..."; empty parts are left out.
std::string perLength(llvm::ArrayRef<Evidence> all,
                      llvm::function_ref<std::string(const Evidence &)> describe);

/// The same of the published lengths.
std::string publishedPerLength(llvm::function_ref<std::string(const PublishedResult &)> describe);

/// Claims about loss and accuracy, in the order of a report.
Claim lossClaim(llvm::ArrayRef<Evidence> all);
Claim accuracyClaim(llvm::ArrayRef<Evidence> all);
Claim placeClaim(llvm::ArrayRef<Evidence> all);
Claim growthClaim(llvm::ArrayRef<Evidence> all);

/// Claims about time, parameters and operations.
Claim timeClaim(llvm::ArrayRef<Evidence> all);
Claim parameterClaim(const Study &study);
Claim costClaim(const Study &study);

} // namespace dsa
