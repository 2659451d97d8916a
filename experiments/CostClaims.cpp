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
/// A share of parameters that is off by less than this part of itself is the published one.
constexpr double kSameShare = .1;

/// The arm whose indexer stays as it began.
constexpr llvm::StringLiteral kFrozen = "sparse-random";

std::optional<RunRecord> firstRun(const Study &study, llvm::StringRef arm) {
  for (const RunRecord &run : study.runs)
    if (run.arm == arm)
      return run;
  return std::nullopt;
}

std::string bothArmsMissing(const Comparison &comparison) {
  return llvm::formatv("It takes the arms {0} and {1} to judge this.", comparison.baseline().name,
                       kFrozen);
}

} // namespace

Claim dsa::timeClaim(const Study &study) {
  const Comparison &comparison = comparisonOf(study.settings);
  std::string baseline = comparison.baseline().name.str();
  Claim claim;
  claim.statement = "A sparse step takes about as long as a " + baseline + " one.";
  claim.published = publishedPerLength(comparison, [](const PublishedResult &at) {
    double longer = at.sparseSeconds / at.baselineSeconds - 1;
    return percent(std::abs(longer)) + (longer < 0 ? " shorter" : " longer");
  });
  std::vector<Evidence> all = evidenceOf(study);
  double worst = 0;
  claim.measured = perLength(all, [&](const Evidence &at) -> std::string {
    if (at.causal.empty() || at.baseline->secondsPerStep <= 0)
      return "";
    std::string text = baseline + " " + number(1e3 * at.baseline->secondsPerStep, 0) + " ms";
    for (const AgainstBaseline &arm : at.causal) {
      double ratio = arm.result.secondsPerStep / at.baseline->secondsPerStep;
      worst = std::max(worst, ratio);
      text += ", " + arm.arm + " " + number(1e3 * arm.result.secondsPerStep, 0) + " ms (x " +
              number(ratio, 2) + ")";
    }
    return text;
  });
  if (worst == 0) {
    claim.reason = armsMissing(study);
    return claim;
  }
  claim.verdict = worst <= kSameTime ? Verdict::Reproduced : Verdict::Refuted;
  claim.reason = "Median step on this machine. The published times were taken without "
                 "synchronising the GPU, and their sparse step computes the full L x L scores.";
  return claim;
}

Claim dsa::parameterClaim(const Study &study) {
  const Comparison &comparison = comparisonOf(study.settings);
  std::string share = shortNumber(100 * comparison.publishedIndexerShare) + " %";
  Claim claim;
  claim.statement = "The indexer adds about " + share + " of the parameters.";
  claim.published = share;
  auto dense = firstRun(study, comparison.baseline().name), causal = firstRun(study, kFrozen);
  if (!dense || !causal) {
    claim.measured = "not measured";
    claim.reason = bothArmsMissing(comparison);
    return claim;
  }
  if (study.settings.width != comparison.paper.width ||
      study.settings.layers != comparison.paper.layers) {
    claim.measured = "another network";
    claim.reason = "It takes the width and the layers of the published network to judge this.";
    return claim;
  }
  int64_t indexer = causal->parameters - dense->parameters;
  double ours = static_cast<double>(indexer) / static_cast<double>(comparison.publishedParameters);
  claim.measured = llvm::formatv("{0} of {1} parameters at the published vocabulary: {2}", indexer,
                                 comparison.publishedParameters, percent(ours));
  bool holds = std::abs(ours / comparison.publishedIndexerShare - 1) < kSameShare;
  claim.verdict = holds ? Verdict::Reproduced : Verdict::Refuted;
  claim.reason = "Counted on the model: per layer d (H_I d_I + d_I + H_I).";
  return claim;
}

Claim dsa::costClaim(const Study &study) {
  const Comparison &comparison = comparisonOf(study.settings);
  llvm::StringRef baseline = comparison.baseline().name;
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
    int64_t dense = flopsOf(baseline), causal = flopsOf(kFrozen);
    if (dense == 0 || causal == 0)
      continue;
    double ratio = static_cast<double>(causal) / static_cast<double>(dense);
    least = std::min(least, ratio);
    text += (text.empty() ? "" : "; ") + llvm::formatv("L = {0}: x {1} the FLOPs of a {2} step",
                                                       length, number(ratio, 3), baseline)
                                             .str();
  }
  claim.measured = text.empty() ? "not counted" : text;
  if (text.empty()) {
    claim.reason = bothArmsMissing(comparison);
    return claim;
  }
  claim.verdict = least >= 1 ? Verdict::Refuted : Verdict::Unsupported;
  claim.reason = "The index scores are themselves quadratic in L: per query (t + 1) H_I d_I "
                 "products beside 2 k d for the attention, so at k = L / 2 and these widths " +
                 (least >= 1 ? std::string("nothing is saved.")
                             : "a step saves " + percent(1 - least) + " at best.");
  return claim;
}
