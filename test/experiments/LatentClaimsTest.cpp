// The claims about selection on top of latent attention, judged on studies that are made up.
#include "experiments/Report.h"
#include "experiments/StudyOptions.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

/// A run that ended at `loss`.
RunRecord runOf(llvm::StringRef arm, int64_t length, int64_t seed, double loss) {
  RunRecord run;
  run.arm = arm.str();
  run.length = length;
  run.selected = length / 2;
  run.seed = seed;
  run.parameters = arm.starts_with("sparse") ? 80247680 : 79252352;
  run.flopsPerStep = arm.starts_with("sparse") ? 1100 : 1000;
  run.log.losses = {10.8};
  run.log.seconds = {.1};
  run.log.evaluations = {{1, {62, loss, .2}, {31, loss, .2}, {31, loss, .2}, {}}};
  return run;
}

/// Two seeds of every arm at `length`: selection costs a hundredth of a nat.
Study studyAt(int64_t length) {
  Study study;
  study.settings = presetSettings(latentSparse(), "paper");
  study.settings.lengths = {length};
  study.settings.seeds = 2;
  study.finished = true;
  for (int64_t seed : {42, 43})
    for (const std::string &arm : study.settings.arms) {
      double loss = 5 + .1 * static_cast<double>(seed - 42) + (arm == "dense" ? 0 : .01);
      study.runs.push_back(runOf(arm, length, seed, loss));
    }
  return study;
}

/// Sets the loss of an arm, seed by seed.
void setLosses(Study &study, llvm::StringRef arm, double first, double second) {
  for (RunRecord &run : study.runs)
    if (run.arm == arm)
      run = runOf(arm, run.length, run.seed, run.seed == 42 ? first : second);
}

TEST(LatentClaims, NoGainIsWhatWasPublished) {
  Study study = studyAt(64);
  Claim claim = directionClaim(study);
  EXPECT_EQ(claim.verdict, Verdict::Reproduced);
  EXPECT_NE(claim.reason.find("sparse-random is worse than dense at L = 64"), std::string::npos)
      << claim.reason;
  // The arms with keys from the latent row differ in more than the selection.
  EXPECT_EQ(claim.measured.find("keyed"), std::string::npos) << claim.measured;

  setLosses(study, "sparse", 4, 4.1);
  EXPECT_EQ(directionClaim(study).verdict, Verdict::Refuted);
  setLosses(study, "sparse", 3, 5.5);
  EXPECT_EQ(directionClaim(study).verdict, Verdict::Unsupported);
}

TEST(LatentClaims, AGainBesideTheQuestionIsNone) {
  Study study = studyAt(64);
  setLosses(study, "keyed", 3, 3.1);
  EXPECT_EQ(directionClaim(study).verdict, Verdict::Reproduced);
}

TEST(LatentClaims, ThePublishedGainNeedsHalfOfItself) {
  Study study = studyAt(64);
  EXPECT_EQ(shortLengthClaim(study).statement, "At L = 64 selection lowers the loss by 10.7 %.");
  EXPECT_EQ(shortLengthClaim(study).verdict, Verdict::Refuted);
  setLosses(study, "sparse", 4, 4.1); // another arm than the published one
  EXPECT_EQ(shortLengthClaim(study).verdict, Verdict::Refuted);
  setLosses(study, "sparse-random", 4.7, 4.8);
  EXPECT_EQ(shortLengthClaim(study).verdict, Verdict::Reproduced);
  setLosses(study, "sparse-random", 4.2, 5.2);
  EXPECT_EQ(shortLengthClaim(study).verdict, Verdict::Unsupported);
}

TEST(LatentClaims, ThePublishedLossIsJudgedAtItsOwnLengthOnly) {
  EXPECT_EQ(longLengthClaim(studyAt(64)).verdict, Verdict::Unsupported);
  Study study = studyAt(1024);
  EXPECT_EQ(longLengthClaim(study).statement, "At L = 1024 selection raises the loss by 68.4 %.");
  EXPECT_EQ(longLengthClaim(study).verdict, Verdict::Refuted);
  EXPECT_EQ(longLengthClaim(study).reason.find("smaller than the published"), std::string::npos);
  setLosses(study, "sparse-random", 8, 8.2);
  EXPECT_EQ(longLengthClaim(study).verdict, Verdict::Reproduced);
  study.settings.layers = 2;
  EXPECT_NE(longLengthClaim(study).reason.find("smaller than the published"), std::string::npos);
}

TEST(LatentClaims, OneLuckyRunIsNoEvidence) {
  Claim claim = magnitudeClaim(studyAt(64));
  EXPECT_EQ(claim.verdict, Verdict::Unsupported);
  EXPECT_NE(claim.reason.find("9 of the 10 published runs end above 6.5"), std::string::npos)
      << claim.reason;
  EXPECT_NE(claim.published.find("L = 1024: +2.81 nats"), std::string::npos) << claim.published;
  EXPECT_NE(claim.measured.find("L = 64: 0.010 [0.010, 0.010]"), std::string::npos)
      << claim.measured;
}

TEST(LatentClaims, TheProofHoldsForWhatWasPublished) {
  Study study = studyAt(64);
  EXPECT_EQ(futureClaim(study).verdict, Verdict::Reproduced);
  EXPECT_NE(futureClaim(study).measured.find("sparse-random"), std::string::npos);
  llvm::erase_if(study.runs, [](const RunRecord &run) { return run.arm == "sparse-random"; });
  EXPECT_EQ(futureClaim(study).verdict, Verdict::Unsupported);
}

TEST(LatentClaims, NoKeyComesFromThePublishedLatentRow) {
  Study study = studyAt(64);
  setLosses(study, "sparse-keyed", 5.2, 5.3);
  Claim claim = latentKeyClaim(study);
  EXPECT_EQ(claim.verdict, Verdict::Refuted);
  EXPECT_NE(claim.measured.find("sparse-keyed minus keyed 0.190"), std::string::npos)
      << claim.measured;
  EXPECT_NE(claim.reason.find("selection is worse at L = 64."), std::string::npos) << claim.reason;
  // The structure that the reason names is that of the description.
  EXPECT_EQ(llvm::cantFail(loadArmModel(latentSparse().arm("sparse-random"))).latent->nope, 0);
  EXPECT_GT(llvm::cantFail(loadArmModel(latentSparse().arm("keyed"))).latent->nope, 0);
}

TEST(LatentClaims, TheIndexerAddsWhatWasCounted) {
  Study study = studyAt(64);
  Claim claim = parameterClaim(study);
  EXPECT_EQ(claim.verdict, Verdict::Reproduced);
  EXPECT_NE(claim.measured.find("995328 of 79252352"), std::string::npos) << claim.measured;
  study.settings.width = 256;
  EXPECT_EQ(parameterClaim(study).verdict, Verdict::Unsupported);
}

TEST(LatentClaims, CostsAreThoseOfADenseStep) {
  Study study = studyAt(64);
  EXPECT_EQ(timeClaim(study).statement, "A sparse step takes about as long as a dense one.");
  EXPECT_EQ(timeClaim(study).verdict, Verdict::Reproduced);
  EXPECT_EQ(costClaim(study).verdict, Verdict::Refuted);
  for (RunRecord &run : study.runs)
    if (run.arm == "sparse-random")
      run.flopsPerStep = 900;
  EXPECT_EQ(costClaim(study).verdict, Verdict::Unsupported);
  EXPECT_NE(costClaim(study).reason.find("a step saves 10.0 % at best"), std::string::npos)
      << costClaim(study).reason;
}

TEST(LatentClaims, AMissingArmSupportsNothing) {
  Study study = studyAt(64);
  llvm::erase_if(study.runs, [](const RunRecord &run) { return run.arm != "dense"; });
  for (const Claim &claim : judgeClaims(study))
    EXPECT_EQ(claim.verdict, Verdict::Unsupported) << claim.statement;
}

TEST(LatentClaims, TheReportHoldsThePublishedTable) {
  Study study = studyAt(64);
  std::string html = reportHtml(study, judgeClaims(study));
  llvm::StringRef text = html;
  EXPECT_TRUE(text.contains("<h1>Selection on top of latent attention</h1>"));
  EXPECT_TRUE(text.contains("gains nothing, as published"));
  EXPECT_TRUE(text.contains("7.433"));
  EXPECT_TRUE(text.contains("rows t &lt; k are plain causal attention"));
  EXPECT_TRUE(text.contains("5.050 ± 0.071")); // ours, of the published network
  EXPECT_TRUE(text.contains("Beside the published table"));
  EXPECT_FALSE(text.contains("nan"));
  study.settings.width = 256;
  html = reportHtml(study, judgeClaims(study));
  EXPECT_NE(html.find("The published table"), std::string::npos);
  EXPECT_EQ(html.find("our loss"), std::string::npos);
}

} // namespace
