// The published experiment with selection on top of latent attention as a table of data.
#include "experiments/CompareArms.h"
#include "experiments/Question.h"

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kPurpose =
    "Trains the published mixture-of-experts transformer with latent attention: dense, with\n"
    "a window, with causal selection by a random indexer (what was published) and by a\n"
    "trained one, and twice with keys that come from the latent row too, on the same tokens\n"
    "from the same initial values; judges each published claim by the result.";
constexpr llvm::StringLiteral kExamples =
    "  dsa-lab latent-sparse\n"
    "      five minutes on two cores; then open "
    "experiments/results/latent-sparse/report.html\n"
    "  dsa-lab latent-sparse --lengths=64,256 --batch=32 --update-tokens=2048 --seeds=3\n"
    "      two lengths with as many tokens each, three seeds with mean and deviation\n"
    "  dsa-lab latent-sparse --preset=paper --arms=dense,sparse-random --out=paper\n"
    "      what was published, on held-out text; says first how long it will take\n";
constexpr llvm::StringLiteral kBesideNote =
    "What is sound in the published run: no query attends to a later token, rows t < k are "
    "plain causal attention, and its direction, no gain from random pruning, is what one "
    "would expect. What is no evidence: the sizes. Each cell is one run; nine of the ten "
    "stay on a plateau at 6.6 to 7.4 nats and one does not; the validation windows are those "
    "of the training shifted by a token, so a loss below the plateau measures recall; and "
    "the lengths differ in tokens trained on (256,000, 512,000 and then 1,024,000 out of a "
    "text of 50,000).";

std::vector<Arm> arms() {
  return {{"dense", "dense causal attention to latent rows", "latent-moe", "#33658a"},
          {"window", "the last k latent rows", "window-latent-moe", "#8d99ae"},
          {"sparse-random", "causal selection by a frozen random indexer, as published",
           "sparse-latent-moe", "#2a9d8f", /*observes=*/true},
          {"sparse", "causal selection by an indexer trained on the attention",
           "sparse-latent-moe-trained", "#7b5ea7", /*observes=*/true, /*trainsIndexer=*/true},
          {"keyed", "dense, and half of each key comes from the latent row", "keyed-latent-moe",
           "#b08900", /*observes=*/false, /*trainsIndexer=*/false,
           /*leaks=*/false,
           /*aside=*/true},
          {"sparse-keyed", "the same with selection by a trained indexer",
           "sparse-keyed-latent-moe", "#b5476b", /*observes=*/true, /*trainsIndexer=*/true,
           /*leaks=*/false, /*aside=*/true}};
}

} // namespace

const Comparison &dsa::latentSparse() {
  static const Comparison comparison{
      .name = "latent-sparse",
      .title = "Selection on top of latent attention",
      .purpose = kPurpose,
      .examples = kExamples,
      .arms = arms(),
      .quick = {.lengths = {64},
                .steps = 300,
                .evaluateEvery = 100,
                .batch = 16,
                .updateTokens = 0,
                .width = 256,
                .layers = 4,
                .expertWidth = 1024},
      .paper = {.lengths = {64, 128, 256, 1024, 2048},
                .steps = 500,
                .evaluateEvery = 100,
                .batch = 8,
                .updateTokens = 2048,
                .width = 512,
                .layers = 6,
                .expertWidth = 0},
      // Half of a head's 1 / 16 of the columns turns with the position, in pairs.
      .widthUnit = 32,
      .published = {{64, 7.4334, 6.6401, .0915, .1546, .0751, .0746},
                    {128, 6.8483, 6.9712, .1035, .1027, .0758, .0783},
                    {256, 6.6076, 6.5543, .1247, .1323, .0841, .0874},
                    {1024, 4.1025, 6.9080, .3216, .1066, .0841, .0818},
                    {2048, 6.6434, 6.6263, .1186, .1436, .0758, .0766}},
      .beside = {{"dense latent", "dense"},
                 {"sparse, random", "sparse-random"},
                 {"sparse, trained", "sparse"}},
      .besideNote = kBesideNote,
      .publishedParameters = 79252352,
      .publishedIndexerShare = .0126,
      .claims = {directionClaim, shortLengthClaim, longLengthClaim, magnitudeClaim, futureClaim,
                 latentKeyClaim, timeClaim, parameterClaim, costClaim, learningClaim},
      .reproducedLead = "Selection on top of latent attention gains nothing, as published; the "
                        "sizes of the published differences are no evidence.",
      .refutedLead = "In this run selection on top of latent attention does gain something, which "
                     "was not published.",
      .unsupportedLead =
          "This run cannot say whether selection on top of latent attention gains anything.",
  };
  return comparison;
}

llvm::Expected<int> dsa::answerLatentSparse(llvm::ArrayRef<llvm::StringRef> arguments) {
  return compareArms(latentSparse(), arguments);
}
