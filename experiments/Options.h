// Command-line options of a question: declared once, checked, and explained by --help.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dsa {

/// A set of options that write into variables of the caller. Every error is one sentence that names
/// the option, what was expected and what came.
class Options {
public:
  /// `--name`, without a value.
  void flag(llvm::StringRef name, llvm::StringRef help, bool &value);
  /// `--name=N`, an integer in [low, high].
  void integer(llvm::StringRef name, llvm::StringRef help, int64_t &value, int64_t low,
               int64_t high);
  /// `--name=X`, a finite number in [low, high].
  void number(llvm::StringRef name, llvm::StringRef help, double &value, double low, double high);
  /// `--name=A,B`, integers in [low, high] without repetition.
  void integers(llvm::StringRef name, llvm::StringRef help, std::vector<int64_t> &values,
                int64_t low, int64_t high);
  /// `--name=TEXT`, not empty.
  void text(llvm::StringRef name, llvm::StringRef placeholder, llvm::StringRef help,
            std::string &value);
  /// `--name=WORD`, one of `words`.
  void choice(llvm::StringRef name, llvm::StringRef help, std::string &value,
              std::vector<std::string> words);
  /// `--name=A,B`, a subset of `words` in the order given.
  void choices(llvm::StringRef name, llvm::StringRef help, std::vector<std::string> &values,
               std::vector<std::string> words);

  /// Reads `--name=value` and `--name value`.
  llvm::Error parse(llvm::ArrayRef<llvm::StringRef> arguments) const;

  /// Whether `arguments`, which have been parsed, name the option.
  static bool isGiven(llvm::StringRef name, llvm::ArrayRef<llvm::StringRef> arguments);

  /// One line per option, with the current value as the default.
  std::string help() const;

private:
  struct Entry {
    std::string name, placeholder, help, shownDefault;
    bool takesValue;
    std::function<llvm::Error(llvm::StringRef)> set;
  };
  const Entry *find(llvm::StringRef name) const;
  llvm::Error unknown(llvm::StringRef argument) const;

  std::vector<Entry> entries;
};

} // namespace dsa
