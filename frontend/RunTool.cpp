// The command line of dsa-run: reading it, and its help.
#include "frontend/RunTool.h"

#include "frontend/RunGraph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FormatVariadic.h"

#include <variant>

using namespace llvm;
using namespace dsa;

static constexpr const char *kHelp =
    R"(dsa-run: runs functions of a module and, if asked, compares two targets

usage: dsa-run FILE.mlir [options]     FILE may be - for standard input

  --entry=NAME           the function to run instead of every public one
  --target=NAME          cpu (default) or reference
  --vector=NAME          avx512bf16, avx512, avx2 or sse: what cpu uses of this machine instead of the
                         widest that is fastest
  --memory-limit=BYTES   of intermediate values on cpu: what does not fit is computed again when needed
  --against=NAME         also run this target and compare every result; where a top-k or a route
                         chose otherwise among scores within tolerance, this target goes on with
                         the choice of the other
  --tol=X                largest error that counts as equal instead of that of the element type
  --inputs=FILE          safetensors with arguments by name; the others come from the seed
  --outputs=FILE         write the results as safetensors
  --capture=FILE         write every choice (top-k indices, experts) as safetensors
  --replay=FILE          take every choice from such a file
  --seed=N               of generated arguments (default 0)
  --threads=N            that compile and run (default 1)
  --print                print the elements of the results
  --profile              print time, FLOP/s and bytes/s of each kernel
  --trace=FILE           write a timeline of passes, kernels and launches for ui.perfetto.dev
  --every-form           judge each op by the reference on its own operands, and compare the bits of the
                         fused and the unfused form
  --check-gradients      of functions with dsa.train: compare with finite differences in f64
  --perturb              instead: change tokens, run again, and compare every row before them bit
                         for bit
  --trials=N             of --perturb: changes, each of one position of every sequence (default 32)

generated arguments:
  inputs 0.5 N(0, 1), integers of [0, 4), parameters N(0, 1 / columns), vectors 1 + 0.1 N(0, 1),
  state U(0, 0.01), step 1, learning rate 1e-3; with dsa.range = array<i64: low, high> on an
  argument: uniform in [low, high)

examples:
  dsa-run test/ops/top-k.mlir --entry=ties --target=reference --print
      which keys win when scores are equal, in the words of the reference
  dsa-model emit models/configs/sparse-moe.json --vocab 64 --length 16 --batch 2 \
    | dsa-run - --target=cpu --against=reference
      does the compiled model compute what the model means
  dsa-run test/ops/sparse-attention.mlir --threads=2 --profile --trace=trace.json
      where the time went: as a table, and as a timeline to be opened at ui.perfetto.dev
  dsa-model emit models/configs/sparse-moe.json --vocab 64 --length 8 --batch 2 | dsa-run - --perturb
      does any row move with a token that it should predict
  dsa-run test/frontend/Inputs/near-ties.mlir --entry=near_ties --capture=choices.safetensors
  dsa-run test/frontend/Inputs/near-ties.mlir --entry=near_ties --replay=choices.safetensors \
    --target=reference --print
      what the reference computes if it selects as the cpu target did
)";

template <typename... Args> static Error fail(const char *format, Args &&...args) {
  return createStringError(formatv(format, std::forward<Args>(args)...));
}

/// Stores `text` as the value of an option of one of three kinds.
static Error store(StringRef text, std::string &value) {
  value = text.str();
  return text.empty() ? fail("a value, got nothing") : Error::success();
}
template <typename Integer> static Error store(StringRef text, Integer &value) {
  return text.getAsInteger(10, value) ? fail("an integer, got '{0}'", text) : Error::success();
}
static Error store(StringRef text, std::optional<double> &value) {
  double number;
  if (text.getAsDouble(number) || !(number >= 0))
    return fail("a number >= 0, got '{0}'", text);
  value = number;
  return Error::success();
}

/// Reads the value of `option`, the rest of its word after `=` or the next word, into `value`.
template <typename T>
static Error readValue(StringRef option, std::optional<StringRef> text, T &value) {
  if (Error error = store(text.value_or(""), value))
    return fail("expected {0} to be followed by {1}", option, toString(std::move(error)));
  return Error::success();
}

static Expected<RunGraphOptions> readCommandLine(ArrayRef<const char *> words) {
  RunGraphOptions options;
  using Value = std::variant<std::string *, std::optional<double> *, uint64_t *, int64_t *, int *>;
  std::pair<StringRef, Value> values[] = {
      {"--entry", &options.entry},     {"--target", &options.target},
      {"--vector", &options.vector},   {"--against", &options.against},
      {"--tol", &options.tolerance},   {"--inputs", &options.inputs},
      {"--outputs", &options.outputs}, {"--capture", &options.capture},
      {"--replay", &options.replay},   {"--trace", &options.trace},
      {"--seed", &options.seed},       {"--trials", &options.trials},
      {"--threads", &options.threads}, {"--memory-limit", &options.memoryLimit}};
  std::pair<StringRef, bool *> flags[] = {{"--print", &options.print},
                                          {"--profile", &options.profile},
                                          {"--every-form", &options.everyForm},
                                          {"--perturb", &options.perturb},
                                          {"--check-gradients", &options.checkGradients}};
  for (size_t i = 0; i < words.size(); ++i) {
    StringRef word = words[i];
    auto [option, rest] = word.split('=');
    auto *value = find_if(values, [&](auto &entry) { return entry.first == option; });
    auto *flag = find_if(flags, [&](auto &entry) { return entry.first == word; });
    if (value != std::end(values)) {
      std::optional<StringRef> text;
      if (word.contains('='))
        text = rest;
      else if (i + 1 < words.size())
        text = words[++i];
      if (Error error = std::visit([&](auto *place) { return readValue(option, text, *place); },
                                   value->second))
        return std::move(error);
    } else if (flag != std::end(flags)) {
      *flag->second = true;
    } else if (word.starts_with("-") && word != "-") {
      return fail("expected an option (see --help), got '{0}'", word);
    } else if (!options.file.empty()) {
      return fail("expected one file, got '{0}' and '{1}'", options.file, word);
    } else {
      options.file = word.str();
    }
  }
  if (options.file.empty())
    return fail("expected a file (see --help), got nothing");
  if (options.threads < 1 || options.threads > 1024)
    return fail("expected 1 <= --threads <= 1024, got {0}", options.threads);
  if (options.memoryLimit < 0)
    return fail("expected --memory-limit to be at least 0, got {0}", options.memoryLimit);
  if (options.trials < 1)
    return fail("expected --trials to be at least 1, got {0}", options.trials);
  if (options.perturb + options.checkGradients + !options.against.empty() > 1)
    return fail("expected one of --against, --perturb and --check-gradients, got several");
  return options;
}

Error dsa::runRunTool(ArrayRef<const char *> arguments, raw_ostream &output) {
  if (any_of(arguments, [](StringRef word) { return word == "--help" || word == "-h"; })) {
    output << kHelp;
    return Error::success();
  }
  Expected<RunGraphOptions> options = readCommandLine(arguments);
  if (!options)
    return options.takeError();
  return runGraph(*options, output);
}
