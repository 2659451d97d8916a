// Safetensors: what is written is read back, and every malformed file is refused with one sentence.
#include "runtime/Safetensors.h"
#include "test/runtime/FileSizeLimit.h"
#include "test/runtime/TemporaryFolder.h"

#include "llvm/Support/Endian.h"

using namespace dsa;

namespace {
class Safetensors : public testing::Test {
protected:
  TemporaryFolder folder;
  std::string path = folder.file("model.safetensors");

  /// A file of this header and as many zero bytes of data.
  void write(llvm::StringRef header, size_t dataBytes) {
    char prefix[8];
    llvm::support::endian::write64le(prefix, header.size());
    writeText(path, (llvm::StringRef(prefix, 8) + header + std::string(dataBytes, '\0')).str());
  }
  /// The error of reading `path`, without the name of the file.
  std::string failure() {
    llvm::Expected<TensorFile> file = readSafetensors(path);
    EXPECT_FALSE(static_cast<bool>(file));
    return file ? "" : message(file.takeError());
  }
  std::string message(llvm::Error error) {
    std::string text = llvm::toString(std::move(error));
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    size_t name = text.find("'" + path + "': ");
    return name == 0 ? text.substr(path.size() + 4) : text;
  }
};

TensorFile example() {
  TensorFile file;
  file.metadata = {{"format", "pt"}, {"note", "a \"quoted\" line\n"}};
  file.tensors["bytes"] = Tensor::fromDoubles(DType::I1, {3}, {1, 0, 1});
  file.tensors["h.0.w"] = Tensor::fromDoubles(DType::F32, {2, 3}, {1, 2, 3, 4, 5, -6.5});
  file.tensors["half"] = Tensor::fromDoubles(DType::F16, {1}, {0.25});
  file.tensors["brain"] = Tensor::fromDoubles(DType::BF16, {5}, {1, 2, 3, 4, 5});
  file.tensors["long"] = Tensor::fromDoubles(DType::I64, {}, {-42});
  file.tensors["empty"] = Tensor(DType::F64, {0, 7});
  return file;
}
} // namespace

TEST_F(Safetensors, ReadsWhatWasWritten) {
  TensorFile file = example();
  ASSERT_FALSE(llvm::errorToBool(writeSafetensors(path, file)));
  llvm::Expected<TensorFile> back = readSafetensors(path);
  ASSERT_TRUE(static_cast<bool>(back)) << llvm::toString(back.takeError());
  EXPECT_EQ(back->metadata, file.metadata);
  ASSERT_EQ(back->tensors.size(), file.tensors.size());
  for (auto &[name, tensor] : file.tensors) {
    const Tensor &other = back->tensors.at(name);
    EXPECT_EQ(describe(other.dtype(), other.shape()), describe(tensor.dtype(), tensor.shape()));
    EXPECT_EQ(other.asDoubles(), tensor.asDoubles()) << name;
  }
  EXPECT_EQ(folder.list(), std::vector<std::string>{"model.safetensors"});
}

TEST_F(Safetensors, WritesTheSameBytesForTheSameContent) {
  ASSERT_FALSE(llvm::errorToBool(writeSafetensors(path, example())));
  std::string first = readText(path);
  ASSERT_FALSE(llvm::errorToBool(writeSafetensors(path, example())));
  EXPECT_EQ(readText(path), first);
}

TEST_F(Safetensors, RefusesTruncatedFiles) {
  EXPECT_NE(failure().find("No such file"), std::string::npos);
  writeText(path, "abc");
  EXPECT_EQ(failure(), "expected 8 bytes of header length, got a file of 3 bytes");
  ASSERT_FALSE(llvm::errorToBool(writeSafetensors(path, example())));
  std::string whole = readText(path);
  // Wherever the file is cut, it is refused.
  for (size_t length = 0; length < whole.size(); length += 7) {
    writeText(path, whole.substr(0, length));
    EXPECT_NE(failure().find("expected"), std::string::npos);
  }
  writeText(path, whole + "x");
  EXPECT_NE(failure().find("bytes of elements, got"), std::string::npos);
}

TEST_F(Safetensors, RefusesHeadersThatAreTooLongOrTooDeep) {
  writeText(path, "\xff\xff\xff\xff\xff\xff\xff\x7f{}");
  EXPECT_EQ(failure(), "expected a header of at most 100000000 bytes, got 9223372036854775807");
  writeText(path, llvm::StringRef("\x10\0\0\0\0\0\0\0{}", 10));
  EXPECT_EQ(failure(), "expected a header of 16 bytes, got 2");
  write("{\"a\":" + std::string(1000000, '['), 0);
  EXPECT_EQ(failure(), "header: expected brackets nested at most 8 deep, got deeper ones");
}

TEST_F(Safetensors, RefusesBadJson) {
  write("{\"a\": ", 0);
  EXPECT_EQ(failure().find("header: expected JSON, got a syntax error: "), 0u);
  write("[1, 2]", 0);
  EXPECT_EQ(failure(), "expected the header to be a JSON object");
  write(R"({"__metadata__": {"a": 1}})", 0);
  EXPECT_EQ(failure(),
            "expected __metadata__ to be an object of strings, got another value of 'a'");
  write(R"({"w": 3})", 0);
  EXPECT_EQ(failure(), "tensor 'w': expected an object");
}

TEST_F(Safetensors, RefusesWrongTypesAndShapes) {
  write(R"({"w": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}})", 4);
  EXPECT_EQ(failure(),
            "tensor 'w': expected a dtype of F64, F32, BF16, F16, I64, I32, BOOL, got F8_E4M3");
  write(R"({"w": {"shape": [4], "data_offsets": [0, 4]}})", 4);
  EXPECT_NE(failure().find("got none"), std::string::npos);
  write(R"({"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 4]}})", 4);
  EXPECT_EQ(failure(), "tensor 'w': expected 16 bytes for f32[4], got 4");
  write(R"({"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}})", 4);
  EXPECT_EQ(failure(), "tensor 'w': expected dimensions >= 0, got another value");
  write(R"({"w": {"dtype": "F32", "data_offsets": [0, 4]}})", 4);
  EXPECT_EQ(failure(), "tensor 'w': expected a shape, got none");
  write(R"({"w": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}})", 0);
  EXPECT_EQ(failure(), "tensor 'w': expected a size below 2^63 bytes, got more");
}

TEST_F(Safetensors, RefusesOffsetsOutsideOverlappingOrWithHoles) {
  write(R"({"w": {"dtype": "I32", "shape": [2], "data_offsets": [0, 8]}})", 4);
  EXPECT_EQ(failure(), "tensor 'w': expected offsets in [0, 4], got [0, 8]");
  write(R"({"w": {"dtype": "I32", "shape": [2], "data_offsets": [8, 0]}})", 8);
  EXPECT_EQ(failure(), "tensor 'w': expected offsets in [0, 8], got [8, 0]");
  write(R"({"w": {"dtype": "I32", "shape": [1], "data_offsets": [0]}})", 8);
  EXPECT_EQ(failure(), "tensor 'w': expected two integers as data_offsets");
  write(R"({"a": {"dtype": "I32", "shape": [2], "data_offsets": [0, 8]},
            "b": {"dtype": "I32", "shape": [1], "data_offsets": [4, 8]}})",
        8);
  EXPECT_EQ(failure(),
            "tensor 'b': expected to begin at byte 8, where the tensor before ends, got 4");
  write(R"({"a": {"dtype": "I32", "shape": [1], "data_offsets": [0, 4]},
            "b": {"dtype": "I32", "shape": [1], "data_offsets": [8, 12]}})",
        12);
  EXPECT_EQ(failure(),
            "tensor 'b': expected to begin at byte 4, where the tensor before ends, got 8");
}

TEST_F(Safetensors, KeepsTheOldFileWhenTheDiskIsFull) {
  ASSERT_FALSE(llvm::errorToBool(writeSafetensors(path, example())));
  std::string before = readText(path);
  TensorFile large;
  large.tensors["w"] = Tensor(DType::F32, {100000});
  {
    FileSizeLimit limit(4096);
    EXPECT_NE(message(writeSafetensors(path, large)).find("cannot write"), std::string::npos);
  }
  EXPECT_EQ(readText(path), before);
  EXPECT_EQ(folder.list(), std::vector<std::string>{"model.safetensors"});
}

TEST_F(Safetensors, SaysWhereItCannotWrite) {
  std::string inside = folder.file("missing/model.safetensors");
  EXPECT_NE(message(writeSafetensors(inside, example())).find("cannot create '" + inside),
            std::string::npos);
  TensorFile reserved;
  reserved.tensors["__metadata__"] = Tensor(DType::F32, {1});
  EXPECT_EQ(message(writeSafetensors(path, reserved)),
            "expected tensor names in UTF-8 other than __metadata__, got '__metadata__'");
}
