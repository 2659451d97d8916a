// What counts as a corpus, and where its training part ends.
#include "experiments/Corpus.h"

#include "gtest/gtest.h"

using namespace dsa;

namespace {

std::string messageOf(llvm::Error error) {
  return llvm::toString(std::move(error));
}

TEST(Corpus, StripsVerseLabels) {
  EXPECT_EQ(stripVerseLabels("Ge1:1 In the beginning\n1Sam12:3 Behold, here I am\nno label: 4 x\n"),
            "In the beginning\nBehold, here I am\nno label: 4 x\n");
}

TEST(Corpus, AcceptsText) {
  EXPECT_FALSE(bool(checkText("x", "plain\ttext\r\nwith ünïcode ☃\n")));
}

TEST(Corpus, RejectsEmptyText) {
  EXPECT_EQ(messageOf(checkText("x", " \n\n")),
            "corpus 'x': expected UTF-8 text, got an empty one");
}

TEST(Corpus, RejectsBinaryText) {
  EXPECT_EQ(messageOf(checkText("x", llvm::StringRef("ab\0cd", 5))),
            "corpus 'x': expected UTF-8 text, got byte 0x00 at offset 2");
  EXPECT_EQ(messageOf(checkText("x", "abc\xff")),
            "corpus 'x': expected UTF-8 text, got byte 0xff at offset 3");
  // A character that the end of the file cuts in two.
  EXPECT_EQ(messageOf(checkText("x", "abc\xe2\x98")),
            "corpus 'x': expected UTF-8 text, got byte 0xe2 at offset 3");
}

TEST(Corpus, RejectsAMissingFile) {
  auto corpus = loadCorpus("no/such/file.txt");
  ASSERT_FALSE(bool(corpus));
  EXPECT_EQ(messageOf(corpus.takeError()),
            "corpus 'no/such/file.txt': expected a readable text file, got: No such file or "
            "directory");
}

TEST(Corpus, TrainingPartEndsAtALine) {
  EXPECT_EQ(trainingBytes("aaaa\nbbbb\ncccc\n", .5), 10u);
}

TEST(Corpus, TrainingPartOfOneLineEndsAtACharacter) {
  llvm::StringRef text = "☃☃☃☃"; // three bytes each
  EXPECT_EQ(trainingBytes(text, .5), 6u);
  EXPECT_EQ(trainingBytes(text, .6), 9u);
}

} // namespace
