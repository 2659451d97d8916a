// The claims of published experiments, each with our number and a verdict.
#pragma once

#include "experiments/Study.h"

namespace dsa {

enum class Verdict { Reproduced, Refuted, Unsupported };

/// "reproduced", "refuted" or "unsupported".
llvm::StringRef verdictName(Verdict verdict);

struct Claim {
  std::string statement; ///< What was claimed.
  std::string published; ///< Their number.
  std::string measured;  ///< Ours, or why there is none.
  Verdict verdict = Verdict::Unsupported;
  std::string reason; ///< One or two sentences that carry the verdict.
};

/// Judges every claim of the comparison by what `study` holds; what it has not measured is
/// unsupported.
std::vector<Claim> judgeClaims(const Study &study);

/// Claims of the sparse-versus-classic experiment about loss and accuracy.
Claim lossClaim(const Study &study);
Claim accuracyClaim(const Study &study);
Claim placeClaim(const Study &study);
Claim growthClaim(const Study &study);

/// Claims of the experiment on latent attention: the direction, the two great differences and what
/// they are evidence of, the future, and the keys that the latent row is said to compress.
Claim directionClaim(const Study &study);
Claim shortLengthClaim(const Study &study);
Claim longLengthClaim(const Study &study);
Claim magnitudeClaim(const Study &study);
Claim futureClaim(const Study &study);
Claim latentKeyClaim(const Study &study);

/// Claims of every comparison: time, parameters, operations, and what the indexer learns.
Claim timeClaim(const Study &study);
Claim parameterClaim(const Study &study);
Claim costClaim(const Study &study);
Claim learningClaim(const Study &study);

} // namespace dsa
