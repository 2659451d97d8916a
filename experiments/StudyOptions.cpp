// Presets and options of a comparison.
#include "experiments/StudyOptions.h"

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
  StudySettings preset = presetSettings(comparisonOf(s), s.preset);
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
  for (int64_t length : s.lengths)
    if (int64_t batch = s.batchAt(length); batch % s.accumulate != 0)
      return failure(llvm::formatv("option --accumulate: expected a divisor of the {0} windows of "
                                   "an update, got {1}",
                                   batch, s.accumulate));
  if (s.weightDecay != 0 && s.optimizer != "adamw")
    return failure(
        llvm::formatv("option --weight-decay: expected 0 with the optimizer adam, got {0}; "
                      "adamw has one",
                      shortNumber(s.weightDecay)));
  if (int64_t unit = comparisonOf(s).widthUnit; s.width % unit != 0)
    return failure(
        llvm::formatv("option --width: expected a multiple of {0}, got {1}", unit, s.width));
  return llvm::Error::success();
}

} // namespace

StudySettings dsa::presetSettings(const Comparison &comparison, llvm::StringRef preset) {
  bool paper = preset == "paper";
  const PresetSize &size = paper ? comparison.paper : comparison.quick;
  StudySettings settings;
  settings.question = comparison.name.str();
  settings.preset = preset.str();
  settings.arms = comparison.armNames();
  settings.lengths = size.lengths;
  settings.steps = size.steps;
  settings.evaluateEvery = size.evaluateEvery;
  settings.batch = size.batch;
  settings.updateTokens = size.updateTokens;
  settings.width = size.width;
  settings.layers = size.layers;
  settings.expertWidth = size.expertWidth;
  settings.heldOutWindows = 256;
  settings.indexerSteps = settings.steps / kIndexerShare;
  settings.corpus = kDefaultCorpus.str();
  settings.split = "ranges";
  settings.threads = hostThreads();
  settings.target = "cpu";
  settings.rate = paper ? 3e-3 : 1e-3;
  settings.init = paper ? "published" : "normal";
  settings.vocabulary = paper ? 49152 : 4096;
  settings.cosine = !paper;
  if (!paper) {
    settings.warmup = settings.steps / kWarmupShare;
    settings.clip = 1.0;
  }
  return settings;
}

namespace {

/// Declares every option on `options`, which writes into `result`.
void declareOptions(Options &options, const Comparison &comparison, StudyOptions &result) {
  StudySettings &s = result.settings;
  options.choice("preset", "size of the study; sets the defaults of the options below", s.preset,
                 {"quick", "paper"});
  options.integers("lengths", "sequence lengths L; k = L / 2 keys are selected", s.lengths,
                   kLeastLength, kGreatestLength);
  options.integer("steps", "updates per run", s.steps, 1, 10000000);
  options.integer("batch", "windows per update", s.batch, 1, 4096);
  options.integer("update-tokens", "fewer windows where they would hold more tokens, 0 = never",
                  s.updateTokens, 0, INT32_MAX);
  options.integer("accumulate", "parts in which the windows of an update are computed",
                  s.accumulate, 1, 4096);
  options.integer("seeds", "runs of an arm at one length, for mean, deviation and intervals",
                  s.seeds, 1, 1000);
  options.integer("first-seed", "of the runs; the others follow it", s.firstSeed, 0, INT32_MAX);
  options.choices("arms", "ways to attend: " + llvm::join(comparison.armNames(), ", "), s.arms,
                  comparison.armNames());
  options.choice("optimizer", "update rule", s.optimizer, {"adam", "adamw"});
  options.number("learning-rate", "its greatest value", s.rate, 0, 1e30);
  options.number("weight-decay", "of adamw", s.weightDecay, 0, 1);
  options.integer(
      "warmup-indexer",
      "steps that train an indexer alone, in arms that do; default a quarter of --steps",
      s.indexerSteps, 0, 10000000);
  options.number("dropout", "share of activations that training drops", s.dropout, 0, .99);
  options.integer(
      "width",
      llvm::formatv("columns of the network, a multiple of {0}", comparison.widthUnit).str(),
      s.width, comparison.widthUnit, 65536);
  options.integer("layers", "blocks of the network", s.layers, 1, 1000);
  options.integer("expert-width", "columns of an expert's hidden layer, 0 = as published",
                  s.expertWidth, 0, 65536);
  options.choice("dtype", "of activations and the weights that they meet; parameters are f32",
                 s.dtype, {"f32", "bf16"});
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

/// The options of `preset` before any is given.
StudyOptions presetOptions(const Comparison &comparison, llvm::StringRef preset) {
  StudyOptions options;
  options.settings = presetSettings(comparison, preset);
  options.folder = ("experiments/results/" + comparison.name).str();
  return options;
}

} // namespace

llvm::Expected<StudyOptions> dsa::parseStudyOptions(const Comparison &comparison,
                                                    llvm::ArrayRef<llvm::StringRef> arguments) {
  // The first reading finds the preset or the experiment, the second puts the other options on top.
  StudyOptions first = presetOptions(comparison, "quick");
  Options probe;
  declareOptions(probe, comparison, first);
  if (llvm::Error error = probe.parse(arguments))
    return error;
  if (first.help)
    return first;
  bool resumes = !first.resume.empty();
  StudyOptions result = presetOptions(comparison, first.settings.preset);
  if (resumes) {
    auto begun = readRequest(first.resume);
    if (!begun)
      return begun.takeError();
    result.settings = begun->settings;
    if (result.settings.question != comparison.name)
      return failure(llvm::formatv("option --resume: expected an experiment of {0}, got one of {1}",
                                   comparison.name, result.settings.question));
  }
  Options options;
  declareOptions(options, comparison, result);
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

std::string dsa::studyHelp(const Comparison &comparison) {
  StudyOptions shown = presetOptions(comparison, "quick");
  Options options;
  declareOptions(options, comparison, shown);
  return llvm::formatv("usage: dsa-lab {0} [options]\n\n{1}\n\n"
                       "options [default of the preset quick]:\n{2}\nexamples:\n{3}",
                       comparison.name, comparison.purpose, options.help(), comparison.examples);
}
