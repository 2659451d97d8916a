// The published claims about time, parameters and operations.
#include "experiments/Evidence.h"
#include "experiments/NumberText.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace dsa;

namespace {

/// Steps that differ by less cost "about the same".
constexpr double kSameTime = 1.25;
/// The network that the parameters were published for.
constexpr int64_t kPublishedWidth = 256, kPublishedLayers = 4;

std::optional<RunRecord> firstRun(const Study &study, llvm::StringRef arm) {
  for (const RunRecord &run : study.runs)
    if (run.arm == arm)
      return run;
  return std::nullopt;
}

} // namespace

Claim dsa::timeClaim(llvm::ArrayRef<Evidence> all) {
  Claim claim;
  claim.statement = "A sparse step takes about as long as a classic one.";
  claim.published = publishedPerLength([](const PublishedResult &at) {
    return percent(at.sparseSeconds / at.classicSeconds - 1) + " longer";
  });
  double worst = 0;
  claim.measured = perLength(all, [&](const Evidence &at) -> std::string {
    if (at.causal.empty() || at.classic->secondsPerStep <= 0)
      return "";
    std::string text = "classic " + number(1e3 * at.classic->secondsPerStep, 0) + " ms";
    for (const AgainstClassic &arm : at.causal) {
      double ratio = arm.result.secondsPerStep / at.classic->secondsPerStep;
      worst = std::max(worst, ratio);
      text += ", " + arm.arm + " " + number(1e3 * arm.result.secondsPerStep, 0) + " ms (x " +
              number(ratio, 2) + ")";
    }
    return text;
  });
  if (worst == 0) {
    claim.reason = "It takes the arm classic and a causal sparse arm to judge this.";
    return claim;
  }
  claim.verdict = worst <= kSameTime ? Verdict::Reproduced : Verdict::Refuted;
  claim.reason = "Median step on this machine. The published times were taken without "
                 "synchronising the GPU, and their sparse step computes the full L x L scores.";
  return claim;
}

Claim dsa::parameterClaim(const Study &study) {
  Claim claim;
  claim.statement = "The indexer adds about 5 % of the parameters.";
  claim.published = "5 %";
  auto classic = firstRun(study, "classic"), causal = firstRun(study, "sparse-random");
  if (!classic || !causal) {
    claim.measured = "not measured";
    claim.reason = "It takes the arms classic and sparse-random to judge this.";
    return claim;
  }
  if (study.settings.width != kPublishedWidth || study.settings.layers != kPublishedLayers) {
    claim.measured = "another network";
    claim.reason = "It takes the width and the layers of the published network to judge this.";
    return claim;
  }
  int64_t indexer = causal->parameters - classic->parameters;
  double share = static_cast<double>(indexer) / kPublishedParameters;
  claim.measured = llvm::formatv("{0} of {1} parameters at the published vocabulary: {2}", indexer,
                                 kPublishedParameters, percent(share));
  bool holds = std::abs(share - kPublishedIndexerShare) < .01;
  claim.verdict = holds ? Verdict::Reproduced : Verdict::Refuted;
  claim.reason = "Counted on the model: per layer d (H_I d_I + d_I + H_I).";
  return claim;
}

Claim dsa::costClaim(const Study &study) {
  Claim claim;
  claim.statement = "Sparse attention costs O(L k) instead of O(L^2).";
  claim.published = "stated, not measured";
  double least = HUGE_VAL;
  std::string text;
  for (int64_t length : measuredLengths(study)) {
    auto flopsOf = [&](llvm::StringRef arm) -> int64_t {
      for (const RunRecord &run : study.runs)
        if (run.arm == arm && run.length == length)
          return run.flopsPerStep;
      return 0;
    };
    int64_t classic = flopsOf("classic"), causal = flopsOf("sparse-random");
    if (classic == 0 || causal == 0)
      continue;
    double ratio = static_cast<double>(causal) / static_cast<double>(classic);
    least = std::min(least, ratio);
    text +=
        (text.empty() ? "" : "; ") +
        llvm::formatv("L = {0}: x {1} the FLOPs of a classic step", length, number(ratio, 3)).str();
  }
  claim.measured = text.empty() ? "not counted" : text;
  if (text.empty()) {
    claim.reason = "It takes the arms classic and sparse-random to judge this.";
    return claim;
  }
  claim.verdict = least >= 1 ? Verdict::Refuted : Verdict::Unsupported;
  claim.reason =
      "The index scores are themselves quadratic in L: per query (t + 1) H_I d_I products "
      "beside 2 k d for the attention, so at k = L / 2 and these widths nothing is saved.";
  return claim;
}
