// The depth of brackets, counted before the parser descends into them.
#include "runtime/Json.h"

namespace dsa {

/// True when brackets outside strings nest deeper than `limit`.
static bool isTooDeep(llvm::StringRef text, int limit) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '['))
      ++depth;
    else if (!quoted && (c == '}' || c == ']'))
      --depth;
    if (depth > limit)
      return true;
  }
  return false;
}

llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text, int depthLimit) {
  if (isTooDeep(text, depthLimit))
    return llvm::createStringError("expected brackets nested at most %d deep, got deeper ones",
                                   depthLimit);
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value)
    return llvm::createStringError("expected JSON, got a syntax error: " +
                                   llvm::toString(value.takeError()));
  return value;
}

} // namespace dsa
