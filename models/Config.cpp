// Reading, checking and writing of model descriptions.
#include "models/Config.h"

#include "runtime/Json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace llvm;
using namespace dsa;

namespace {

template <typename... Args> Error fail(const char *format, Args &&...args) {
  return createStringError(formatv(format, std::forward<Args>(args)...));
}

std::string shown(const json::Value &value) {
  return formatv("{0}", value).str();
}

std::string shown(double value) {
  return formatv("{0}", format("%g", value)).str();
}

StringRef scalingName(RopeScalingConfig::Kind kind) {
  switch (kind) {
  case RopeScalingConfig::Kind::Linear:
    return "linear";
  case RopeScalingConfig::Kind::Dynamic:
    return "dynamic";
  case RopeScalingConfig::Kind::Yarn:
    return "yarn";
  }
  llvm_unreachable("every kind has a name");
}

/// Takes the fields of one JSON object, remembers the first mistake, and knows which fields nobody
/// took.
class Fields {
public:
  Fields(const json::Object &object, std::string prefix)
      : object(object), prefix(std::move(prefix)) {}

  void take(StringRef name, int64_t &target) {
    if (const json::Value *value = find(name)) {
      if (std::optional<int64_t> number = value->getAsInteger())
        target = *number;
      else
        mistake(name, "an integer", *value);
    }
  }

  void take(StringRef name, std::optional<int64_t> &target) {
    if (object.get(name))
      take(name, target.emplace());
  }

  void take(StringRef name, double &target) {
    if (const json::Value *value = find(name)) {
      if (std::optional<double> number = value->getAsNumber())
        target = *number;
      else
        mistake(name, "a number", *value);
    }
  }

  void take(StringRef name, bool &target) {
    if (const json::Value *value = find(name)) {
      if (std::optional<bool> truth = value->getAsBoolean())
        target = *truth;
      else
        mistake(name, "true or false", *value);
    }
  }

  void take(StringRef name, std::string &target) {
    if (const json::Value *value = find(name)) {
      if (std::optional<StringRef> text = value->getAsString())
        target = text->str();
      else
        mistake(name, "a string", *value);
    }
  }

  void take(StringRef name, AttentionKind &target) {
    const json::Value *value = find(name);
    if (!value)
      return;
    for (AttentionKind kind : {AttentionKind::Dense, AttentionKind::Sparse,
                               AttentionKind::Published, AttentionKind::Window})
      if (value->getAsString() == attentionName(kind)) {
        target = kind;
        return;
      }
    mistake(name, "\"dense\", \"sparse\", \"sparse-published\" or \"window\"", *value);
  }

  void take(StringRef name, RopeScalingConfig::Kind &target) {
    const json::Value *value = find(name);
    if (!value)
      return;
    using Kind = RopeScalingConfig::Kind;
    for (Kind kind : {Kind::Linear, Kind::Dynamic, Kind::Yarn})
      if (value->getAsString() == scalingName(kind)) {
        target = kind;
        return;
      }
    mistake(name, "\"linear\", \"dynamic\" or \"yarn\"", *value);
  }

  void take(StringRef name, DType &target) {
    const json::Value *value = find(name);
    if (!value)
      return;
    for (DType dtype : {DType::F32, DType::BF16})
      if (value->getAsString() == dsa::name(dtype)) {
        target = dtype;
        return;
      }
    mistake(name, "\"f32\" or \"bf16\"", *value);
  }

  /// Reads the object `name`, if it is there, into a struct of its own through `read`.
  template <typename Struct>
  void take(StringRef name, std::optional<Struct> &target,
            function_ref<void(Fields &, Struct &)> read) {
    if (object.get(name))
      target.emplace();
    take(name, [&](Fields &fields) { read(fields, *target); });
  }

  /// Reads the object `name` through `read`.
  void take(StringRef name, function_ref<void(Fields &)> read) {
    const json::Value *value = find(name);
    if (!value)
      return;
    const json::Object *inner = value->getAsObject();
    if (!inner)
      return mistake(name, "an object", *value);
    Fields fields(*inner, prefix + name.str() + ".");
    read(fields);
    if (message.empty())
      message = fields.firstMistake();
  }

  /// The first mistake, or the first field that was not taken, or nothing.
  std::string firstMistake() {
    if (!message.empty())
      return message;
    for (const auto &[key, value] : object)
      if (!is_contained(known, key.str()))
        return formatv("expected one of the fields {0}, got '{1}{2}'", join(known, ", "), prefix,
                       key.str());
    return "";
  }

private:
  const json::Value *find(StringRef name) {
    known.push_back(name.str());
    return object.get(name);
  }

  void mistake(StringRef name, StringRef expected, const json::Value &value) {
    if (message.empty())
      message =
          formatv("expected '{0}{1}' to be {2}, got {3}", prefix, name, expected, shown(value));
  }

  const json::Object &object;
  std::string prefix, message;
  std::vector<std::string> known;
};

void readLatent(Fields &fields, LatentConfig &latent) {
  fields.take("rank", latent.rank);
  fields.take("query_rank", latent.queryRank);
  fields.take("nope", latent.nope);
  fields.take("rope", latent.rope);
  fields.take("value", latent.value);
}

void readRopeScaling(Fields &fields, RopeScalingConfig &scaling) {
  fields.take("kind", scaling.kind);
  fields.take("factor", scaling.factor);
  fields.take("original_length", scaling.originalLength);
  fields.take("beta_fast", scaling.betaFast);
  fields.take("beta_slow", scaling.betaSlow);
  fields.take("mscale", scaling.mscale);
  fields.take("mscale_all_dim", scaling.mscaleAllDim);
}

/// The one list of fields, in the order in which `toJson` writes them.
void readFields(Fields &fields, ModelConfig &config) {
  fields.take("name", config.name);
  fields.take("vocab", config.vocab);
  fields.take("length", config.length);
  fields.take("batch", config.batch);
  fields.take("width", config.width);
  fields.take("layers", config.layers);
  fields.take("heads", config.heads);
  fields.take("attention", config.attention);
  fields.take("k", config.k);
  fields.take("k_fraction", config.kFraction);
  fields.take("indexer", [&](Fields &indexer) {
    indexer.take("heads", config.indexer.heads);
    indexer.take("width", config.indexer.width);
    indexer.take("scale", config.indexer.scale);
    indexer.take("rope", config.indexer.rope);
    indexer.take("trained", config.indexer.trained);
  });
  fields.take<LatentConfig>("latent", config.latent, readLatent);
  fields.take("moe", [&](Fields &moe) {
    moe.take("experts", config.moe.experts);
    moe.take("active", config.moe.active);
    moe.take("width", config.moe.width);
    moe.take("router_noise", config.moe.routerNoise);
    moe.take("balance_coefficient", config.moe.balanceCoefficient);
  });
  fields.take("dropout", config.dropout);
  fields.take("norm_eps", config.normEps);
  fields.take("rope_base", config.ropeBase);
  fields.take<RopeScalingConfig>("rope_scaling", config.ropeScaling, readRopeScaling);
  fields.take("balance_weight", config.balanceWeight);
  fields.take("dtype", config.dtype);
}

} // namespace

StringRef dsa::attentionName(AttentionKind kind) {
  switch (kind) {
  case AttentionKind::Dense:
    return "dense";
  case AttentionKind::Sparse:
    return "sparse";
  case AttentionKind::Published:
    return "sparse-published";
  case AttentionKind::Window:
    return "window";
  }
  llvm_unreachable("every kind has a name");
}

int64_t ModelConfig::selectedKeys() const {
  return k ? *k : std::max<int64_t>(1, std::floor(static_cast<double>(length) * kFraction));
}

/// A bound that no real network meets, low enough that products of three sizes fit into 63 bits.
static constexpr int64_t kLargest = 1 << 20;

/// One sentence about the first of the named sizes below `smallest` or beyond the bound.
static Error checkSizes(ArrayRef<std::pair<const char *, int64_t>> sizes, int64_t smallest) {
  for (auto [field, value] : sizes)
    if (value < smallest || value > kLargest)
      return fail("expected {0} <= {1} <= {2}, got {3}", smallest, field, kLargest, value);
  return Error::success();
}

/// The shapes of the attention branch.
static Error validateHeads(const ModelConfig &config) {
  if (!config.latent) {
    if (config.width % config.heads)
      return fail("expected width to be a multiple of heads, got {0} and {1}", config.width,
                  config.heads);
    if (config.width / config.heads % 2)
      return fail("expected an even head width for rotary positions, got {0} / {1} = {2}",
                  config.width, config.heads, config.width / config.heads);
    return Error::success();
  }
  const LatentConfig &latent = *config.latent;
  if (Error error = checkSizes({{"latent.rank", latent.rank},
                                {"latent.rope", latent.rope},
                                {"latent.value", latent.value}},
                               1))
    return error;
  if (Error error =
          checkSizes({{"latent.query_rank", latent.queryRank}, {"latent.nope", latent.nope}}, 0))
    return error;
  if (latent.rope % 2)
    return fail("expected an even latent.rope for rotary positions, got {0}", latent.rope);
  return Error::success();
}

static Error validateIndexer(const ModelConfig &config) {
  const IndexerConfig &indexer = config.indexer;
  if (indexer.rope < 0 || indexer.rope > indexer.width || indexer.rope % 2)
    return fail("expected indexer.rope to be an even number of the {0} columns, got {1}",
                indexer.width, indexer.rope);
  if (!(indexer.scale > 0.0 && std::isfinite(indexer.scale)))
    return fail("expected indexer.scale > 0, got {0}", shown(indexer.scale));
  if (indexer.trained && config.attention != AttentionKind::Sparse)
    return fail("expected the attention sparse for a trained indexer, got {0}",
                attentionName(config.attention));
  return Error::success();
}

static Error validateRopeScaling(const RopeScalingConfig &scaling, int64_t columns) {
  if (!(scaling.factor >= 1.0 && std::isfinite(scaling.factor)))
    return fail("expected rope_scaling.factor >= 1, got {0}", shown(scaling.factor));
  if (Error error = checkSizes({{"rope_scaling.original_length", scaling.originalLength}}, 1))
    return error;
  if (scaling.kind == RopeScalingConfig::Kind::Dynamic && columns < 4)
    return fail("expected at least 4 rotated columns for dynamic rope_scaling, got {0}", columns);
  if (!(scaling.betaSlow > 0.0 && scaling.betaFast > scaling.betaSlow))
    return fail("expected 0 < rope_scaling.beta_slow < rope_scaling.beta_fast, got {0} and {1}",
                shown(scaling.betaSlow), shown(scaling.betaFast));
  if (!(scaling.mscale >= 0.0 && scaling.mscaleAllDim >= 0.0))
    return fail("expected rope_scaling.mscale and mscale_all_dim >= 0, got {0} and {1}",
                shown(scaling.mscale), shown(scaling.mscaleAllDim));
  return Error::success();
}

Error ModelConfig::validate() const {
  if (Error error = checkSizes({{"vocab", vocab},
                                {"length", length},
                                {"batch", batch},
                                {"width", width},
                                {"layers", layers},
                                {"heads", heads},
                                {"indexer.heads", indexer.heads},
                                {"indexer.width", indexer.width},
                                {"moe.experts", moe.experts},
                                {"moe.active", moe.active},
                                {"moe.width", moe.width}},
                               1))
    return error;
  if (Error error = validateHeads(*this))
    return error;
  if (Error error = validateIndexer(*this))
    return error;
  if (ropeScaling)
    if (Error error = validateRopeScaling(*ropeScaling, rotatedColumns()))
      return error;
  if (moe.active > moe.experts)
    return fail("expected moe.active <= moe.experts, got {0} and {1}", moe.active, moe.experts);
  if (k && *k < 1)
    return fail("expected k >= 1, got {0}", *k);
  if (!(kFraction > 0.0 && kFraction <= 1.0))
    return fail("expected 0 < k_fraction <= 1, got {0}", shown(kFraction));
  if (!(dropout >= 0.0 && dropout < 1.0))
    return fail("expected 0 <= dropout < 1, got {0}", shown(dropout));
  if (!(normEps > 0.0))
    return fail("expected norm_eps > 0, got {0}", shown(normEps));
  if (!(ropeBase > 1.0))
    return fail("expected rope_base > 1, got {0}", shown(ropeBase));
  std::pair<const char *, double> weights[] = {{"moe.router_noise", moe.routerNoise},
                                               {"moe.balance_coefficient", moe.balanceCoefficient},
                                               {"balance_weight", balanceWeight}};
  for (auto [field, value] : weights)
    if (!(value >= 0.0 && std::isfinite(value)))
      return fail("expected {0} >= 0, got {1}", field, shown(value));
  return Error::success();
}

Expected<ModelConfig> dsa::parseModelConfig(StringRef text) {
  Expected<json::Value> value = parseJson(text);
  if (!value)
    return value.takeError();
  const json::Object *object = value->getAsObject();
  if (!object)
    return fail("expected a JSON object, got {0}", shown(*value));
  if (object->get("k") && object->get("k_fraction"))
    return fail("expected one of the fields k and k_fraction, got both");
  ModelConfig config;
  Fields fields(*object, "");
  readFields(fields, config);
  if (std::string message = fields.firstMistake(); !message.empty())
    return createStringError(message);
  if (Error error = config.validate())
    return std::move(error);
  return config;
}

Expected<ModelConfig> dsa::loadModelConfig(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!file)
    return fail("{0}: expected a model description, got: {1}", path, file.getError().message());
  Expected<ModelConfig> config = parseModelConfig((*file)->getBuffer());
  if (!config)
    return fail("{0}: {1}", path, toString(config.takeError()));
  return config;
}

json::Value dsa::toJson(const ModelConfig &config) {
  json::Object object{{"name", config.name},
                      {"vocab", config.vocab},
                      {"length", config.length},
                      {"batch", config.batch},
                      {"width", config.width},
                      {"layers", config.layers},
                      {"heads", config.heads},
                      {"attention", attentionName(config.attention)},
                      {"indexer", json::Object{{"heads", config.indexer.heads},
                                               {"width", config.indexer.width},
                                               {"scale", config.indexer.scale},
                                               {"rope", config.indexer.rope},
                                               {"trained", config.indexer.trained}}},
                      {"moe", json::Object{{"experts", config.moe.experts},
                                           {"active", config.moe.active},
                                           {"width", config.moe.width},
                                           {"router_noise", config.moe.routerNoise},
                                           {"balance_coefficient", config.moe.balanceCoefficient}}},
                      {"dropout", config.dropout},
                      {"norm_eps", config.normEps},
                      {"rope_base", config.ropeBase},
                      {"balance_weight", config.balanceWeight},
                      {"dtype", name(config.dtype)}};
  if (const auto &latent = config.latent)
    object["latent"] = json::Object{{"rank", latent->rank},
                                    {"query_rank", latent->queryRank},
                                    {"nope", latent->nope},
                                    {"rope", latent->rope},
                                    {"value", latent->value}};
  if (const auto &scaling = config.ropeScaling)
    object["rope_scaling"] = json::Object{{"kind", scalingName(scaling->kind)},
                                          {"factor", scaling->factor},
                                          {"original_length", scaling->originalLength},
                                          {"beta_fast", scaling->betaFast},
                                          {"beta_slow", scaling->betaSlow},
                                          {"mscale", scaling->mscale},
                                          {"mscale_all_dim", scaling->mscaleAllDim}};
  if (config.k)
    object["k"] = *config.k;
  else
    object["k_fraction"] = config.kFraction;
  return object;
}
