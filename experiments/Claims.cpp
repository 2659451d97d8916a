// The list of published claims.
#include "experiments/Claims.h"

#include "experiments/Evidence.h"

using namespace dsa;

namespace {

Claim learningClaim() {
  Claim claim;
  claim.statement = "The lightning indexer learns which tokens to keep.";
  claim.published = "no measurement";
  claim.measured = "the indexer has no gradient in any arm";
  claim.reason = "A selection has no derivative and the published training has no index loss, so "
                 "the selector stays as random as it began. This experiment keeps it frozen.";
  return claim;
}

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
  std::vector<Evidence> all = evidenceOf(study);
  return {lossClaim(all), accuracyClaim(all),    placeClaim(all),  growthClaim(all),
          timeClaim(all), parameterClaim(study), costClaim(study), learningClaim()};
}
