// Presets and options of the question sparse-versus-classic.
#include "experiments/SparseVsClassic.h"

#include "experiments/Corpus.h"

#include "llvm/ADT/STLExtras.h"

#include <thread>

using namespace dsa;

namespace {

constexpr int64_t kLeastLength = 2, kGreatestLength = 4096;
constexpr int64_t kLeastVocabulary = 300, kGreatestVocabulary = 1 << 20;
/// What the published run kept of its corpus.
constexpr int64_t kPublishedTokens = 50000;
/// Warm-up of the quick preset, as a share of its steps.
constexpr int64_t kWarmupShare = 10;

int64_t hostThreads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

} // namespace

StudySettings dsa::presetSettings(llvm::StringRef preset) {
  StudySettings settings;
  settings.preset = preset.str();
  settings.arms = {"classic", "sparse-random", "published"};
  settings.seeds = {42};
  settings.batch = 16;
  settings.heldOutWindows = 256;
  settings.corpus = kDefaultCorpus.str();
  settings.split = "ranges";
  settings.threads = hostThreads();
  settings.target = "cpu";
  if (preset == "paper") {
    settings.lengths = {64, 128, 256};
    settings.steps = 1000;
    settings.evaluateEvery = 200;
    settings.rate = 3e-3;
    settings.init = "published";
    settings.vocabulary = 49152;
    return settings;
  }
  settings.lengths = {64};
  settings.steps = 400;
  settings.evaluateEvery = 100;
  settings.rate = 1e-3;
  settings.warmup = settings.steps / kWarmupShare;
  settings.cosine = true;
  settings.clip = 1.0;
  settings.init = "normal";
  settings.vocabulary = 4096;
  return settings;
}

void dsa::declareOptions(Options &options, SparseVsClassicOptions &result) {
  StudySettings &s = result.settings;
  options.choice("preset", "size of the study; sets the defaults of the options below", s.preset,
                 {"quick", "paper"});
  options.integers("lengths", "sequence lengths L; k = L / 2 keys are selected", s.lengths,
                   kLeastLength, kGreatestLength);
  options.integer("steps", "updates per run", s.steps, 1, 10000000);
  options.integer("batch", "windows per update", s.batch, 1, 4096);
  options.integers("seeds", "one run per arm, length and seed", s.seeds, 0, INT32_MAX);
  options.choices("arms", "classic, sparse-random (causal) and published (sees the future)", s.arms,
                  {"classic", "sparse-random", "published"});
  options.text("corpus", "FILE", "a UTF-8 text file, or bible-kjv", s.corpus);
  options.integer("tokens", "use only so many tokens of the corpus, 0 = all", s.tokenLimit, 0,
                  INT32_MAX);
  options.integer("vocab", "tokenizer pieces and embedding rows", s.vocabulary, kLeastVocabulary,
                  kGreatestVocabulary);
  options.choice("init", "N(0, .02), or the published N(0, 1) embedding", s.init,
                 {"normal", "published"});
  options.choice("split", "contiguous ranges, or the published leaking windows", s.split,
                 {"ranges", "published"});
  options.integer("evaluate-every", "steps between evaluations", s.evaluateEvery, 1, INT32_MAX);
  options.integer("threads", "cores that compute; results do not depend on it", s.threads, 1, 1024);
  options.text("target", "NAME", "cpu or reference", s.target);
  options.text("out", "FOLDER", "where the results are written", result.folder);
  options.text("cache", "FOLDER", "keeps compiled kernels and tokenizers", result.cache);
  result.trace.declare(options);
  options.flag("help", "print this", result.help);
}

llvm::Expected<SparseVsClassicOptions>
dsa::parseSparseVsClassic(llvm::ArrayRef<llvm::StringRef> arguments) {
  // The first reading finds the preset, the second puts the other options on top of it.
  SparseVsClassicOptions first{presetSettings("quick")};
  Options probe;
  declareOptions(probe, first);
  if (llvm::Error error = probe.parse(arguments))
    return error;
  SparseVsClassicOptions result{presetSettings(first.settings.preset)};
  Options options;
  declareOptions(options, result);
  if (llvm::Error error = options.parse(arguments))
    return error;
  StudySettings &s = result.settings, preset = presetSettings(s.preset);
  s.warmup = preset.warmup * s.steps / preset.steps;
  s.evaluateEvery = std::min(s.evaluateEvery, s.steps);
  bool limitGiven = llvm::any_of(
      arguments, [](llvm::StringRef argument) { return argument.starts_with("--tokens"); });
  if (s.preset == "paper" && s.split == "published" && !limitGiven)
    s.tokenLimit = kPublishedTokens;
  llvm::sort(s.lengths);
  return result;
}

std::string dsa::sparseVsClassicHelp() {
  SparseVsClassicOptions shown{presetSettings("quick")};
  Options options;
  declareOptions(options, shown);
  return "usage: dsa-lab sparse-vs-classic [options]\n\n"
         "Trains the published mixture-of-experts transformer with classic attention, with causal\n"
         "sparse attention over a frozen random indexer, and with the published selector, on the\n"
         "same tokens from the same initial values; judges each published claim by the result.\n\n"
         "options [default of the preset quick]:\n" +
         options.help() +
         "\nexamples:\n"
         "  dsa-lab sparse-vs-classic\n"
         "      five minutes on two cores; then open "
         "experiments/results/sparse-vs-classic/report.html\n"
         "  dsa-lab sparse-vs-classic --lengths=64,128 --seeds=1,2,3 --corpus=book.txt --out=book\n"
         "      two lengths, three seeds with mean and deviation, a text of your own\n";
}
