// Judges the claims of a comparison, and what its indexers learn.
#include "experiments/Claims.h"

#include "experiments/Evidence.h"
#include "experiments/NumberText.h"

#include "llvm/ADT/STLExtras.h"

using namespace dsa;

namespace {

/// A trained indexer that keeps less than this share of the attention more than chance has learned
/// nothing worth the name.
constexpr double kLearnedRecall = .02;

} // namespace

llvm::StringRef dsa::verdictName(Verdict verdict) {
  switch (verdict) {
  case Verdict::Reproduced:
    return "reproduced";
  case Verdict::Refuted:
    return "refuted";
  case Verdict::Unsupported:
    return "unsupported";
  }
  llvm_unreachable("every verdict has a name");
}

std::vector<Claim> dsa::judgeClaims(const Study &study) {
  std::vector<Claim> claims;
  for (auto judge : comparisonOf(study.settings).claims)
    claims.push_back(judge(study));
  return claims;
}

Claim dsa::learningClaim(const Study &study) {
  Claim claim;
  claim.statement = "The lightning indexer learns which tokens to keep.";
  claim.published = "no measurement";
  claim.measured = perLength(evidenceOf(study), [&](const Evidence &at) -> std::string {
    auto trained = resultOf(study, "sparse", at.length);
    auto difference = differenceOf(study, "sparse", "sparse-random", at.length);
    if (!trained || !trained->indexer || !difference || !difference->massRecall)
      return "";
    double random = trained->indexer->massRecall - difference->massRecall->mean;
    return "keys hold " + percent(trained->indexer->massRecall) +
           " of the attention, random ones " + percent(random) + " (difference " +
           intervalText(*difference->massRecall) + "); loss minus that of the random indexer " +
           intervalText(difference->loss);
  });
  claim.reason = "A selection has no derivative and the published training has no index loss, so "
                 "that selector stays as random as it began.";
  std::vector<Answer> answers;
  for (int64_t length : measuredLengths(study))
    if (auto difference = differenceOf(study, "sparse", "sparse-random", length);
        difference && difference->massRecall)
      answers.push_back(isAtLeast(*difference->massRecall, kLearnedRecall));
  if (answers.empty() || llvm::is_contained(answers, Answer::Undecided) ||
      !llvm::all_equal(answers))
    return claim;
  bool learns = answers.front() == Answer::Yes;
  claim.verdict = learns ? Verdict::Reproduced : Verdict::Refuted;
  claim.reason += learns ? " Trained on the attention, as the method describes, it does learn."
                         : " Trained on the attention it is no better than chance either.";
  return claim;
}
