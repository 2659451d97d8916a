// Parses and explains the options of a question.
#include "experiments/Options.h"

#include "experiments/NumberText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace dsa;

namespace {

llvm::Error failure(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

llvm::Expected<int64_t> parseInteger(llvm::StringRef name, llvm::StringRef text, int64_t low,
                                     int64_t high) {
  int64_t value;
  if (text.getAsInteger(10, value) || value < low || value > high)
    return failure(llvm::formatv("option --{0}: expected an integer from {1} to {2}, got '{3}'",
                                 name, low, high, text));
  return value;
}

std::string joined(llvm::ArrayRef<std::string> words) {
  return llvm::join(words, ", ");
}

llvm::Error checkWord(llvm::StringRef name, llvm::StringRef word,
                      llvm::ArrayRef<std::string> words) {
  if (llvm::is_contained(words, word))
    return llvm::Error::success();
  return failure(
      llvm::formatv("option --{0}: expected one of {1}, got '{2}'", name, joined(words), word));
}

/// The parts of a comma-separated list, each handed to `add`; a repeated part is an error.
llvm::Error forEachPart(llvm::StringRef name, llvm::StringRef text,
                        llvm::function_ref<llvm::Error(llvm::StringRef)> add) {
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',');
  for (auto [i, part] : llvm::enumerate(parts)) {
    if (llvm::is_contained(llvm::ArrayRef(parts).take_front(i), part))
      return failure(
          llvm::formatv("option --{0}: expected each value once, got '{1}' twice", name, part));
    if (llvm::Error error = add(part))
      return error;
  }
  return llvm::Error::success();
}

} // namespace

void Options::flag(llvm::StringRef name, llvm::StringRef help, bool &value) {
  entries.push_back({name.str(), "", help.str(), "", false, [&value](llvm::StringRef) {
                       value = true;
                       return llvm::Error::success();
                     }});
}

void Options::integer(llvm::StringRef name, llvm::StringRef help, int64_t &value, int64_t low,
                      int64_t high) {
  auto set = [=, name = name.str(), &value](llvm::StringRef text) -> llvm::Error {
    auto parsed = parseInteger(name, text, low, high);
    if (!parsed)
      return parsed.takeError();
    value = *parsed;
    return llvm::Error::success();
  };
  entries.push_back({name.str(), "N", help.str(), std::to_string(value), true, set});
}

void Options::number(llvm::StringRef name, llvm::StringRef help, double &value, double low,
                     double high) {
  auto set = [=, name = name.str(), &value](llvm::StringRef text) -> llvm::Error {
    double parsed;
    if (text.getAsDouble(parsed) || !(parsed >= low && parsed <= high))
      return failure(llvm::formatv("option --{0}: expected a number from {1} to {2}, got '{3}'",
                                   name, shortNumber(low), shortNumber(high), text));
    value = parsed;
    return llvm::Error::success();
  };
  entries.push_back({name.str(), "X", help.str(), shortNumber(value), true, set});
}

void Options::integers(llvm::StringRef name, llvm::StringRef help, std::vector<int64_t> &values,
                       int64_t low, int64_t high) {
  auto set = [=, name = name.str(), &values](llvm::StringRef text) -> llvm::Error {
    values.clear();
    return forEachPart(name, text, [&](llvm::StringRef part) -> llvm::Error {
      auto parsed = parseInteger(name, part, low, high);
      if (!parsed)
        return parsed.takeError();
      values.push_back(*parsed);
      return llvm::Error::success();
    });
  };
  auto shown = llvm::map_range(values, [](int64_t value) { return std::to_string(value); });
  entries.push_back({name.str(), "N,..", help.str(), llvm::join(shown, ","), true, set});
}

void Options::text(llvm::StringRef name, llvm::StringRef placeholder, llvm::StringRef help,
                   std::string &value) {
  auto set = [name = name.str(), &value](llvm::StringRef text) -> llvm::Error {
    if (text.empty())
      return failure(llvm::formatv("option --{0}: expected a value, got an empty one", name));
    value = text.str();
    return llvm::Error::success();
  };
  entries.push_back({name.str(), placeholder.str(), help.str(), value, true, set});
}

void Options::choice(llvm::StringRef name, llvm::StringRef help, std::string &value,
                     std::vector<std::string> words) {
  auto set = [name = name.str(), words, &value](llvm::StringRef text) -> llvm::Error {
    value = text.str();
    return checkWord(name, text, words);
  };
  entries.push_back({name.str(), llvm::join(words, "|"), help.str(), value, true, set});
}

void Options::choices(llvm::StringRef name, llvm::StringRef help, std::vector<std::string> &values,
                      std::vector<std::string> words) {
  auto set = [name = name.str(), words, &values](llvm::StringRef text) {
    values.clear();
    return forEachPart(name, text, [&](llvm::StringRef part) {
      values.push_back(part.str());
      return checkWord(name, part, words);
    });
  };
  entries.push_back({name.str(), "NAME,..", help.str(), llvm::join(values, ","), true, set});
}

const Options::Entry *Options::find(llvm::StringRef name) const {
  auto found = llvm::find_if(entries, [&](const Entry &entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

llvm::Error Options::unknown(llvm::StringRef argument) const {
  auto names = llvm::map_range(entries, [](const Entry &entry) { return "--" + entry.name; });
  return failure(
      llvm::formatv("expected an option of {0}, got '{1}'", llvm::join(names, ", "), argument));
}

llvm::Error Options::parse(llvm::ArrayRef<llvm::StringRef> arguments) const {
  for (size_t i = 0; i < arguments.size(); ++i) {
    llvm::StringRef argument = arguments[i];
    auto [name, value] = argument.split('=');
    const Entry *entry = name.consume_front("--") ? find(name) : nullptr;
    if (!entry)
      return unknown(argument);
    bool attached = argument.contains('=');
    if (!entry->takesValue && attached)
      return failure(llvm::formatv("option --{0}: expected no value, got '{1}'", name, value));
    if (entry->takesValue && !attached) {
      if (++i == arguments.size())
        return failure(
            llvm::formatv("option --{0}: expected a value, got the end of the command", name));
      value = arguments[i];
    }
    if (llvm::Error error = entry->set(value))
      return error;
  }
  return llvm::Error::success();
}

bool Options::isGiven(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> arguments) {
  return llvm::any_of(arguments, [&](llvm::StringRef argument) {
    return argument.consume_front("--") && argument.split('=').first == name;
  });
}

std::string Options::help() const {
  std::string result;
  llvm::raw_string_ostream out(result);
  for (const Entry &entry : entries) {
    std::string left = "--" + entry.name + (entry.takesValue ? "=" + entry.placeholder : "");
    out << "  " << llvm::left_justify(left, 30) << entry.help;
    if (!entry.shownDefault.empty())
      out << " [" << entry.shownDefault << "]";
    out << '\n';
  }
  return result;
}
