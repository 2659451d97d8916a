// The claims of the published sparse-versus-classic experiment, each with our number and a verdict.
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

/// Judges every claim by what `study` holds; what it has not measured is unsupported.
std::vector<Claim> judgeClaims(const Study &study);

} // namespace dsa
