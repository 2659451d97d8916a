// The text of an experiment: any UTF-8 file, or by default the text of Debian's bible-kjv.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dsa {

/// The corpus of an experiment that names none: the output of the `bible` program.
inline constexpr llvm::StringLiteral kDefaultCorpus = "bible-kjv";

struct Corpus {
  std::string name;
  std::string text;
};

/// The corpus called `name`: kDefaultCorpus, or the path of a text file. Errors: a missing file or
/// program, an empty text, a byte that is not UTF-8 text.
llvm::Expected<Corpus> loadCorpus(llvm::StringRef name);

/// `text` without the label ("Ge1:1 ") at the start of its lines; lines without one stay.
std::string stripVerseLabels(llvm::StringRef text);

/// An error unless `text` is non-empty UTF-8 without control bytes other than tab and line ends.
llvm::Error checkText(llvm::StringRef name, llvm::StringRef text);

/// The byte that ends the training part: the first line start at or after `share` of the text (or
/// that share itself, moved to a character, in a text without line breaks).
size_t trainingBytes(llvm::StringRef text, double share);

} // namespace dsa
