// Reads and checks the text of an experiment.
#include "experiments/Corpus.h"

#include "experiments/ChildProcess.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace dsa;

namespace {

llvm::Error failure(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

llvm::Expected<std::string> readBible() {
  constexpr unsigned kSeconds = 60;
  auto bible = runProgram("bible", {"-f", "gen1:1-rev22:21"}, kSeconds);
  if (!bible)
    return failure("corpus 'bible-kjv': " + llvm::toString(bible.takeError()) +
                   "; install the Debian package bible-kjv or name a text file with --corpus");
  if (bible->status != 0)
    return failure(llvm::formatv("corpus 'bible-kjv': expected 'bible -f gen1:1-rev22:21' to "
                                 "succeed, got status {0} {1}",
                                 bible->status, bible->reason));
  return stripVerseLabels(bible->output);
}

/// Length of "Ge1:1 " or "1Sam12:3 " at the start of `line`, else 0.
size_t labelLength(llvm::StringRef line) {
  llvm::StringRef rest = line;
  if (!rest.empty() && rest.front() >= '1' && rest.front() <= '3')
    rest = rest.drop_front();
  llvm::StringRef book = rest.take_while(llvm::isAlpha);
  rest = rest.drop_front(book.size());
  llvm::StringRef chapter = rest.take_while(llvm::isDigit);
  rest = rest.drop_front(chapter.size());
  if (book.empty() || chapter.empty() || !rest.consume_front(":"))
    return 0;
  llvm::StringRef verse = rest.take_while(llvm::isDigit);
  rest = rest.drop_front(verse.size());
  return verse.empty() || !rest.consume_front(" ") ? 0 : line.size() - rest.size();
}

} // namespace

std::string dsa::stripVerseLabels(llvm::StringRef text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    result += line.drop_front(labelLength(line));
    result += '\n';
    text = rest;
  }
  return result;
}

llvm::Error dsa::checkText(llvm::StringRef name, llvm::StringRef text) {
  if (text.trim().empty())
    return failure(llvm::formatv("corpus '{0}': expected UTF-8 text, got an empty one", name));
  const auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.data());
  const auto *end = begin + text.size();
  for (const auto *at = begin; at != end;) {
    bool control = *at < 0x20 && *at != '\t' && *at != '\n' && *at != '\r' && *at != '\f';
    unsigned length = llvm::getNumBytesForUTF8(*at);
    if (control || at + length > end || !llvm::isLegalUTF8Sequence(at, at + length))
      return failure(llvm::formatv("corpus '{0}': expected UTF-8 text, got byte {1:x2} at offset "
                                   "{2}",
                                   name, unsigned(*at), at - begin));
    at += length;
  }
  return llvm::Error::success();
}

llvm::Expected<Corpus> dsa::loadCorpus(llvm::StringRef name) {
  Corpus corpus{name.str(), {}};
  if (name == kDefaultCorpus) {
    auto text = readBible();
    if (!text)
      return text.takeError();
    corpus.text = std::move(*text);
  } else {
    if (llvm::sys::fs::is_directory(name))
      return failure(llvm::formatv("corpus '{0}': expected a text file, got a directory", name));
    auto file = llvm::MemoryBuffer::getFile(name);
    if (!file)
      return failure(llvm::formatv("corpus '{0}': expected a readable text file, got: {1}", name,
                                   file.getError().message()));
    llvm::StringRef text = (*file)->getBuffer();
    text.consume_front("\xEF\xBB\xBF");
    corpus.text = text.str();
  }
  if (llvm::Error error = checkText(name, corpus.text))
    return error;
  return corpus;
}

size_t dsa::trainingBytes(llvm::StringRef text, double share) {
  auto at = static_cast<size_t>(share * static_cast<double>(text.size()));
  size_t line = text.find('\n', at);
  if (line != llvm::StringRef::npos && line + 1 < text.size())
    return line + 1;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    ++at;
  return at;
}
