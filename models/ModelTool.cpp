// The commands of dsa-model: reading the command line, and what each command prints.
#include "models/ModelTool.h"

#include "codegen/Registration.h"
#include "frontend/Session.h"
#include "models/ModelCost.h"
#include "models/Transformer.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace dsa;

static constexpr const char *kHelp =
    R"(dsa-model: says what a model description means, in numbers or as a module

usage: dsa-model describe FILE [options]   parameters, FLOPs per token and planned bytes of training
       dsa-model emit FILE [options]       the forward pass and its loss as a module of dsa ops

functions of a model:
  step            one training step as described; with the index loss if the indexer is trained
  evaluate        loss, loss of every token and prediction
  dense_step      one training step with dense attention, without the indexer
  dense_evaluate  evaluate with dense attention
  warmup_step     one training step of the indexer alone, behind dense attention
  observe         what the indexer of each layer scores and selects, and what attention looks at

options:
  --vocab N            vocabulary size instead of the description's
  --length L           tokens per sequence
  --batch B            sequences per step
  --dtype NAME         f32 or bf16: of activations and of the weights that they meet
  --json               describe: one JSON object instead of lines
  --function NAME      one of the functions above; step for describe, evaluate for emit
  --train              emit: the same as --function step, annotated for differentiation
  --acknowledge-leak   accept a model whose selection reads future tokens

examples:
  dsa-model describe models/configs/sparse-moe.json --length 256
      how large the sparse model is, and what one training step on 16 x 256 tokens costs
  dsa-model emit models/configs/sparse-moe.json --train --vocab 512 --length 64 \
    | dsa-opt --dsa-graph-pipeline
      the training step after proof, differentiation, fusion and memory planning
  dsa-model describe models/configs/sparse-moe-trained.json --function warmup_step
      what a step costs that trains the indexer alone
)";

namespace {

/// A command line after reading.
struct Request {
  StringRef command, file, function;
  std::optional<int64_t> vocab, length, batch;
  std::optional<DType> dtype;
  bool json = false;
  bool acknowledgeLeak = false;
};

} // namespace

template <typename... Args> static Error fail(const char *format, Args &&...args) {
  return createStringError(formatv(format, std::forward<Args>(args)...));
}

/// Reads the options after the command; the one word without dashes is the file.
static Error readOptions(ArrayRef<const char *> words, Request &request) {
  std::pair<StringRef, std::optional<int64_t> *> numbers[] = {
      {"--vocab", &request.vocab}, {"--length", &request.length}, {"--batch", &request.batch}};
  bool describe = request.command == "describe";
  request.function = describe ? kStepEntry : kEvaluateEntry;
  for (size_t i = 0; i < words.size(); ++i) {
    StringRef word = words[i];
    auto *number = find_if(numbers, [&](auto &entry) { return entry.first == word; });
    if (number != std::end(numbers)) {
      StringRef text = ++i < words.size() ? words[i] : "nothing";
      int64_t value;
      if (text.getAsInteger(10, value))
        return fail("expected an integer after {0}, got {1}", word, text);
      *number->second = value;
    } else if (word == "--json" && describe) {
      request.json = true;
    } else if (word == "--dtype") {
      StringRef text = ++i < words.size() ? words[i] : "nothing";
      request.dtype = parseDType(text);
      if (request.dtype != DType::F32 && request.dtype != DType::BF16)
        return fail("expected f32 or bf16 after --dtype, got {0}", text);
    } else if (word == "--function") {
      request.function = ++i < words.size() ? words[i] : "nothing";
    } else if (word == "--train" && !describe) {
      request.function = kStepEntry;
    } else if (word == "--acknowledge-leak") {
      request.acknowledgeLeak = true;
    } else if (word.starts_with("-")) {
      return fail("expected an option of '{0}' (see --help), got '{1}'", request.command, word);
    } else if (!request.file.empty()) {
      return fail("expected one file, got '{0}' and '{1}'", request.file, word);
    } else {
      request.file = word;
    }
  }
  if (request.file.empty())
    return fail("expected a model description after '{0}', got nothing", request.command);
  return Error::success();
}

static Expected<ModelConfig> loadConfig(const Request &request) {
  Expected<ModelConfig> config = loadModelConfig(request.file);
  if (!config)
    return config;
  config->vocab = request.vocab.value_or(config->vocab);
  config->length = request.length.value_or(config->length);
  config->batch = request.batch.value_or(config->batch);
  config->dtype = request.dtype.value_or(config->dtype);
  if (Error error = config->validate())
    return std::move(error);
  return config;
}

static Error emit(const Request &request, mlir::MLIRContext &context, const ModelConfig &config,
                  raw_ostream &output) {
  Expected<BuildOptions> options = onlyFunction(config, request.function);
  if (!options)
    return options.takeError();
  options->acknowledgeLeak = request.acknowledgeLeak;
  buildModel(context, config, *options)->print(output);
  return Error::success();
}

static Error describeModel(const Request &request, mlir::MLIRContext &context,
                           const ModelConfig &config, raw_ostream &output) {
  Expected<ModelCost> cost =
      costOfModel(context, config, request.acknowledgeLeak, request.function);
  if (!cost)
    return cost.takeError();
  if (request.json) {
    output << formatv("{0:2}\n", toJson(*cost));
    return Error::success();
  }
  output << formatv("parameters       {0}\n", cost->parameters)
         << formatv("flops_per_token  {0}\n", cost->flopsPerToken)
         << formatv("planned_bytes    {0}\n", cost->plannedBytes);
  return Error::success();
}

Error dsa::runModelTool(ArrayRef<const char *> arguments, raw_ostream &output) {
  StringRef command = arguments.empty() ? "" : arguments.front();
  if (command == "--help" || command == "-h") {
    output << kHelp;
    return Error::success();
  }
  if (command != "describe" && command != "emit")
    return fail("expected the command describe or emit (see --help), got {0}",
                arguments.empty() ? "nothing" : "'" + command.str() + "'");
  Request request;
  request.command = command;
  if (Error error = readOptions(arguments.drop_front(), request))
    return error;
  Expected<ModelConfig> config = loadConfig(request);
  if (!config)
    return config.takeError();
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  return command == "emit" ? emit(request, context, *config, output)
                           : describeModel(request, context, *config, output);
}
