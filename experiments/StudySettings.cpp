// Settings to JSON and back, over one list of fields.
#include "experiments/StudySettings.h"

#include "experiments/Comparison.h"
#include "runtime/Json.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kThreads = "threads";
/// What experiments of the first version lack; they ran as the defaults say.
constexpr llvm::StringLiteral kLater[] = {"question", "update_tokens", "expert_width", "dtype"};

/// Calls `visit(name, field)` for each setting.
template <typename Settings, typename Visit> void forEachField(Settings &s, Visit visit) {
  visit(kLater[0], s.question);
  visit("preset", s.preset);
  visit("arms", s.arms);
  visit("lengths", s.lengths);
  visit("seeds", s.seeds);
  visit("first_seed", s.firstSeed);
  visit("steps", s.steps);
  visit("batch", s.batch);
  visit(kLater[1], s.updateTokens);
  visit("accumulate", s.accumulate);
  visit("evaluate_every", s.evaluateEvery);
  visit("held_out_windows", s.heldOutWindows);
  visit("optimizer", s.optimizer);
  visit("learning_rate", s.rate);
  visit("weight_decay", s.weightDecay);
  visit("warmup", s.warmup);
  visit("cosine", s.cosine);
  visit("clip", s.clip);
  visit("warmup_indexer", s.indexerSteps);
  visit("dropout", s.dropout);
  visit("width", s.width);
  visit("layers", s.layers);
  visit(kLater[2], s.expertWidth);
  visit(kLater[3], s.dtype);
  visit("init", s.init);
  visit("corpus", s.corpus);
  visit("tokens", s.tokenLimit);
  visit("vocab", s.vocabulary);
  visit("split", s.split);
  visit("target", s.target);
  visit(kThreads, s.threads);
}

llvm::Error failure(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

template <typename T> llvm::json::Value valueOf(const T &field) {
  return field;
}
template <typename T> llvm::json::Value valueOf(const std::vector<T> &field) {
  return llvm::json::Array(field);
}
template <typename T> llvm::json::Value valueOf(const std::optional<T> &field) {
  return field ? llvm::json::Value(*field) : nullptr;
}

} // namespace

int64_t StudySettings::batchAt(int64_t length) const {
  return updateTokens ? std::min(batch, std::max<int64_t>(1, updateTokens / length)) : batch;
}

std::vector<int64_t> StudySettings::seedList() const {
  std::vector<int64_t> list;
  for (int64_t i = 0; i < seeds; ++i)
    list.push_back(firstSeed + i);
  return list;
}

llvm::json::Object dsa::toJson(const StudySettings &settings) {
  llvm::json::Object object;
  forEachField(settings,
               [&](llvm::StringLiteral name, const auto &field) { object[name] = valueOf(field); });
  return object;
}

llvm::Expected<StudySettings> dsa::parseStudySettings(llvm::StringRef text) {
  auto value = parseJson(text);
  if (!value)
    return value.takeError();
  StudySettings settings;
  llvm::json::Path::Root root("settings");
  llvm::json::ObjectMapper mapper(*value, root);
  bool read = bool(mapper);
  forEachField(settings, [&](llvm::StringLiteral name, auto &field) {
    bool later = llvm::is_contained(kLater, name);
    read = read && (later ? mapper.mapOptional(name, field) : mapper.map(name, field));
  });
  if (!read)
    return root.getError();
  llvm::json::Object known = toJson(settings);
  for (const auto &[name, field] : *value->getAsObject())
    if (!known.get(name))
      return failure(llvm::formatv("expected known settings only, got '{0}'", name.str()));
  const Comparison *comparison = findComparison(settings.question);
  if (!comparison)
    return failure("expected a question that trains arms, got '" + settings.question + "'");
  for (const std::string &arm : settings.arms)
    if (!comparison->find(arm))
      return failure(llvm::formatv("expected an arm of {0}, got '{1}'", settings.question, arm));
  return settings;
}

llvm::Error dsa::compareSettings(const StudySettings &begun, const StudySettings &now) {
  llvm::json::Object expected = toJson(begun), got = toJson(now);
  std::string difference;
  forEachField(begun, [&](llvm::StringLiteral name, const auto &) {
    const llvm::json::Value &a = *expected.get(name), &b = *got.get(name);
    if (difference.empty() && name != kThreads && a != b)
      difference = llvm::formatv("setting {0}: expected {1}, with which the experiment began, "
                                 "got {2}",
                                 name, a, b);
  });
  return difference.empty() ? llvm::Error::success() : failure(difference);
}
