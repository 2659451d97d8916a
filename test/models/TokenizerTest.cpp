// The tokenizer: round trip, vocabulary, cache.
#include "models/Tokenizer.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <fstream>

using namespace dsa;

namespace {

std::string sampleText() {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "In the beginning God created the heaven and the earth, verse " + std::to_string(i) +
            ".\nAnd the earth was without form, and void; and darkness was upon the deep.\n";
  return text;
}

TEST(Tokenizer, RoundTrip) {
  BlobCache cache("");
  auto tokenizer = Tokenizer::train(sampleText(), 400, cache);
  ASSERT_TRUE(bool(tokenizer));
  for (llvm::StringRef text :
       {"And the heaven was void\nand dark.\n", "\n\nx\n", "snow ☃ falls", "no line end", ""})
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
}

TEST(Tokenizer, IdsLieBelowPieces) {
  BlobCache cache("");
  auto tokenizer = Tokenizer::train(sampleText(), 400, cache);
  ASSERT_TRUE(bool(tokenizer));
  EXPECT_LE(tokenizer->pieces(), 400);
  std::vector<int32_t> ids = tokenizer->encode(sampleText());
  EXPECT_LT(ids.size(), sampleText().size() / 3); // it has merged something
  for (int32_t id : ids)
    EXPECT_TRUE(id > 0 && id < tokenizer->pieces());
}

TEST(Tokenizer, ATextMaySupportFewerPieces) {
  BlobCache cache("");
  auto tokenizer = Tokenizer::train(sampleText(), 30000, cache);
  ASSERT_TRUE(bool(tokenizer));
  EXPECT_LT(tokenizer->pieces(), 1000);
}

TEST(Tokenizer, CacheGivesTheSameModel) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("dsa-tokenizer", folder));
  std::string first, second;
  for (std::string *model : {&first, &second}) {
    BlobCache cache(folder.str().str());
    auto tokenizer = Tokenizer::train(sampleText(), 400, cache);
    ASSERT_TRUE(bool(tokenizer));
    *model = tokenizer->model();
  }
  EXPECT_EQ(first, second);
  llvm::sys::fs::remove_directories(folder);
}

TEST(Tokenizer, ADamagedEntryIsTrainedAgain) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("dsa-tokenizer", folder));
  std::string model;
  {
    BlobCache cache(folder.str().str());
    model = Tokenizer::train(sampleText(), 400, cache)->model();
  }
  std::error_code code;
  for (llvm::sys::fs::recursive_directory_iterator at(folder, code), end; at != end && !code;
       at.increment(code))
    if (at->type() == llvm::sys::fs::file_type::regular_file)
      std::ofstream(at->path(), std::ios::binary) << "damaged";
  std::string warning;
  llvm::raw_string_ostream warnings(warning);
  BlobCache cache(folder.str().str(), warnings);
  auto tokenizer = Tokenizer::train(sampleText(), 400, cache);
  ASSERT_TRUE(bool(tokenizer));
  EXPECT_EQ(tokenizer->model(), model);
  EXPECT_EQ(llvm::StringRef(warning).count('\n'), 1u) << warning;
  llvm::sys::fs::remove_directories(folder);
}

TEST(Tokenizer, RejectsATinyVocabulary) {
  BlobCache cache("");
  auto tokenizer = Tokenizer::train(sampleText(), 64, cache);
  ASSERT_FALSE(bool(tokenizer));
  EXPECT_EQ(llvm::toString(tokenizer.takeError()),
            "expected a vocabulary of at least 300 pieces, got 64");
}

} // namespace
