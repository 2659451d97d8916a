// Presets and options of the question sparse-versus-classic.
#include "experiments/SparseVsClassic.h"

#include "experiments/Arms.h"
#include "experiments/Corpus.h"
#include "experiments/NumberText.h"
#include "experiments/StudyFolder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <thread>

using namespace dsa;

namespace {

constexpr int64_t kLeastLength = 2, kGreatestLength = 4096;
constexpr int64_t kLeastVocabulary = 300, kGreatestVocabulary = 1 << 20;
/// What the published run kept of its corpus.
constexpr int64_t kPublishedTokens = 50000;
/// Eight heads whose columns rope turns in pairs.
constexpr int64_t kWidthUnit = 16;
/// Steps for the indexer alone, as a share of the others.
constexpr int64_t kIndexerShare = 4;
/// Warm-up of the quick preset, as a share of its steps.
constexpr int64_t kWarmupShare = 10;

int64_t hostThreads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

llvm::Error failure(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// What follows from other settings.
void deriveSettings(StudySettings &s, llvm::ArrayRef<llvm::StringRef> arguments) {
  StudySettings preset = presetSettings(s.preset);
  s.warmup = preset.warmup * s.steps / preset.steps;
  if (!Options::isGiven("warmup-indexer", arguments))
    s.indexerSteps = s.steps / kIndexerShare;
  s.evaluateEvery = std::min(s.evaluateEvery, s.steps);
  if (s.preset == "paper" && s.split == "published" && !Options::isGiven("tokens", arguments))
    s.tokenLimit = kPublishedTokens;
  llvm::sort(s.lengths);
}

/// What no single option can see.
llvm::Error checkSettings(const StudySettings &s) {
  if (s.batch % s.accumulate != 0)
    return failure(llvm::formatv("option --accumulate: expected a divisor of the {0} windows of an "
                                 "update, got {1}",
                                 s.batch, s.accumulate));
  if (s.weightDecay != 0 && s.optimizer != "adamw")
    return failure(
        llvm::formatv("option --weight-decay: expected 0 with the optimizer adam, got {0}; "
                      "adamw has one",
                      shortNumber(s.weightDecay)));
  if (s.width % kWidthUnit != 0)
    return failure(
        llvm::formatv("option --width: expected a multiple of {0}, got {1}", kWidthUnit, s.width));
  return llvm::Error::success();
}

} // namespace

StudySettings dsa::presetSettings(llvm::StringRef preset) {
  StudySettings settings;
  settings.preset = preset.str();
  settings.arms = armNames();
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
    settings.indexerSteps = settings.steps / kIndexerShare;
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
  settings.indexerSteps = settings.steps / kIndexerShare;
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
  options.integer("accumulate", "parts in which the windows of an update are computed",
                  s.accumulate, 1, 4096);
  options.integer("seeds", "runs of an arm at one length, for mean, deviation and intervals",
                  s.seeds, 1, 1000);
  options.integer("first-seed", "of the runs; the others follow it", s.firstSeed, 0, INT32_MAX);
  options.choices("arms", "ways to attend: " + llvm::join(armNames(), ", "), s.arms, armNames());
  options.choice("optimizer", "update rule", s.optimizer, {"adam", "adamw"});
  options.number("learning-rate", "its greatest value", s.rate, 0, 1e30);
  options.number("weight-decay", "of adamw", s.weightDecay, 0, 1);
  options.integer("warmup-indexer",
                  "steps of the arm sparse for its indexer alone, default a quarter of --steps",
                  s.indexerSteps, 0, 10000000);
  options.number("dropout", "share of activations that training drops", s.dropout, 0, .99);
  options.integer("width", "columns of the network, a multiple of 16", s.width, 16, 65536);
  options.integer("layers", "blocks of the network", s.layers, 1, 1000);
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
  options.text("resume", "FOLDER", "go on with the experiment in FOLDER, as it was begun",
               result.resume);
  options.integer("checkpoint-every", "updates between two checkpoints of a run",
                  result.checkpointEvery, 1, INT32_MAX);
  options.integer("keep", "checkpoints of a run that are kept", result.keep, 1, 1000000);
  options.text("cache", "FOLDER", "keeps compiled kernels and tokenizers", result.cache);
  result.trace.declare(options);
  options.flag("help", "print this", result.help);
}

llvm::Expected<SparseVsClassicOptions>
dsa::parseSparseVsClassic(llvm::ArrayRef<llvm::StringRef> arguments) {
  // The first reading finds the preset or the experiment, the second puts the other options on top.
  SparseVsClassicOptions first{presetSettings("quick")};
  Options probe;
  declareOptions(probe, first);
  if (llvm::Error error = probe.parse(arguments))
    return error;
  if (first.help)
    return first;
  bool resumes = !first.resume.empty();
  SparseVsClassicOptions result{presetSettings(first.settings.preset)};
  if (resumes) {
    auto begun = readRequest(first.resume);
    if (!begun)
      return begun.takeError();
    result.settings = begun->settings;
  }
  Options options;
  declareOptions(options, result);
  if (llvm::Error error = options.parse(arguments))
    return error;
  if (!resumes)
    deriveSettings(result.settings, arguments);
  if (llvm::Error error = checkSettings(result.settings))
    return error;
  if (resumes && Options::isGiven("out", arguments) && result.folder != result.resume)
    return failure("option --out: expected none beside --resume, got '" + result.folder + "'");
  if (resumes)
    result.folder = result.resume;
  return result;
}

std::string dsa::sparseVsClassicHelp() {
  SparseVsClassicOptions shown{presetSettings("quick")};
  Options options;
  declareOptions(options, shown);
  return "usage: dsa-lab sparse-vs-classic [options]\n\n"
         "Trains the published mixture-of-experts transformer with classic attention, with\n"
         "a window, with causal sparse attention over a random and over a trained indexer, and "
         "with\n"
         "the published selector, on the same tokens from the same initial values; judges each\n"
         "published claim by the result.\n\n"
         "options [default of the preset quick]:\n" +
         options.help() +
         "\nexamples:\n"
         "  dsa-lab sparse-vs-classic\n"
         "      a few minutes on two cores; then open "
         "experiments/results/sparse-vs-classic/report.html\n"
         "  dsa-lab sparse-vs-classic --lengths=64,128 --seeds=3 --corpus=book.txt --out=book\n"
         "      two lengths, three seeds with mean and deviation, a text of your own\n"
         "  dsa-lab sparse-vs-classic --resume=book\n"
         "      go on with it after a crash or Ctrl-C; dsa-lab status book says how far it is\n";
}
