// The published sparse-versus-classic experiment as a table of data.
#include "experiments/CompareArms.h"
#include "experiments/Question.h"

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kPurpose =
    "Trains the published mixture-of-experts transformer with classic attention, with\n"
    "a window, with causal sparse attention over a random and over a trained indexer, and "
    "with\n"
    "the published selector, on the same tokens from the same initial values; judges each\n"
    "published claim by the result.";
constexpr llvm::StringLiteral kExamples =
    "  dsa-lab sparse-vs-classic\n"
    "      a few minutes on two cores; then open "
    "experiments/results/sparse-vs-classic/report.html\n"
    "  dsa-lab sparse-vs-classic --lengths=64,128 --seeds=3 --corpus=book.txt --out=book\n"
    "      two lengths, three seeds with mean and deviation, a text of your own\n"
    "  dsa-lab sparse-vs-classic --resume=book\n"
    "      go on with it after a crash or Ctrl-C; dsa-lab status book says how far it is\n";
constexpr llvm::StringLiteral kBesideNote =
    "Their corpus, tokenizer, split and machine are others: theirs is an English web corpus "
    "of 50,000 tokens whose validation windows overlap the training windows. The rows are "
    "comparable in direction and size of the difference between the arms, not in absolute "
    "loss.";

std::vector<Arm> arms() {
  return {{"classic", "dense causal attention", "classic-moe", "#33658a"},
          {"window", "causal attention to the last k keys", "window-moe", "#8d99ae"},
          {"sparse-random", "causal selection by a frozen random indexer", "sparse-moe", "#2a9d8f",
           /*observes=*/true},
          {"sparse", "causal selection by an indexer trained on the attention",
           "sparse-moe-trained", "#7b5ea7", /*observes=*/true, /*trainsIndexer=*/true},
          {"published", "the published selector, which sees the future", "sparse-moe-published",
           "#e07a3f", /*observes=*/false, /*trainsIndexer=*/false,
           /*leaks=*/true}};
}

} // namespace

const Comparison &dsa::sparseVsClassic() {
  static const Comparison comparison{
      .name = "sparse-vs-classic",
      .title = "Sparse against classic attention",
      .purpose = kPurpose,
      .examples = kExamples,
      .arms = arms(),
      .quick = {.lengths = {64},
                .steps = 400,
                .evaluateEvery = 100,
                .batch = 16,
                .updateTokens = 0,
                .width = 256,
                .layers = 4,
                .expertWidth = 0},
      .paper = {.lengths = {64, 128, 256},
                .steps = 1000,
                .evaluateEvery = 200,
                .batch = 16,
                .updateTokens = 0,
                .width = 256,
                .layers = 4,
                .expertWidth = 0},
      // Eight heads whose columns rope turns in pairs.
      .widthUnit = 16,
      .published = {{64, 8.5203, 3.5614, .0432, .5318, .0584, .0654},
                    {128, 7.2813, 3.0017, .0653, .5761, .0621, .0677},
                    {256, 7.1475, 1.7784, .0755, .6836, .0667, .0678}},
      .beside = {{"classic", "classic"},
                 {"sparse, their selector", "published"},
                 {"sparse, causal, random", "sparse-random"},
                 {"sparse, causal, trained", "sparse"}},
      .besideNote = kBesideNote,
      .publishedParameters = 17832192,
      .publishedIndexerShare = .05,
      .claims = {lossClaim, accuracyClaim, placeClaim, growthClaim, timeClaim, parameterClaim,
                 costClaim, learningClaim},
      .reproducedLead =
          "The published advantage of sparse attention survives a causal mask in this run.",
      .refutedLead = "The published advantage of sparse attention disappears once the selector may "
                     "not look into the future.",
      .unsupportedLead = "This run does not hold the arms that it takes to judge the published "
                         "advantage.",
  };
  return comparison;
}

llvm::Expected<int> dsa::answerSparseVsClassic(llvm::ArrayRef<llvm::StringRef> arguments) {
  return compareArms(sparseVsClassic(), arguments);
}
