// Feeds arbitrary lines to the reader of options as the words of a command; numbers stay in range.
#include "experiments/Options.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdlib>

using namespace dsa;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  bool flag = false;
  int64_t number = 3;
  std::vector<int64_t> numbers;
  std::string text, word = "a";
  std::vector<std::string> words;
  Options options;
  options.flag("flag", "a flag", flag);
  options.integer("number", "a number", number, -5, 5);
  options.integers("numbers", "numbers", numbers, 0, 9);
  options.text("text", "TEXT", "a text", text);
  options.choice("word", "a word", word, {"a", "bc"});
  options.choices("words", "words", words, {"a", "bc", "d"});
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(reinterpret_cast<const char *>(data), size).split(lines, '\n');
  bool valid = !llvm::errorToBool(options.parse(lines));
  bool inRange = number >= -5 && number <= 5 &&
                 llvm::all_of(numbers, [](int64_t n) { return n >= 0 && n <= 9; });
  if (valid && !inRange)
    std::abort();
  return 0;
}
