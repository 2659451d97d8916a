// Reading and writing safetensors: the header is checked entirely before the first tensor is
// allocated.
#include "runtime/Safetensors.h"

#include "runtime/AtomicFile.h"
#include "runtime/Json.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include <tuple>

namespace dsa {

namespace {
constexpr uint64_t kHeaderLimit = 100'000'000; // the limit of the format's own implementation
constexpr int kDepthLimit = 8;                 // a valid header nests 3 deep

constexpr std::pair<DType, llvm::StringLiteral> kNames[] = {
    {DType::F64, "F64"}, {DType::F32, "F32"}, {DType::BF16, "BF16"}, {DType::F16, "F16"},
    {DType::I64, "I64"}, {DType::I32, "I32"}, {DType::I1, "BOOL"}};

llvm::StringRef formatName(DType dtype) {
  return llvm::find_if(kNames, [&](auto &entry) { return entry.first == dtype; })->second;
}

/// Where a tensor's elements are, relative to the end of the header.
struct Entry {
  std::string name;
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  int64_t begin = 0, end = 0;
};

class Reader {
public:
  explicit Reader(llvm::StringRef path) : path(path) {}
  ~Reader() {
    if (file != llvm::sys::fs::kInvalidFile)
      (void)llvm::sys::fs::closeFile(file); // it was only read: nothing can be lost
  }
  llvm::Expected<TensorFile> read();

private:
  llvm::Error fail(const llvm::Twine &text) {
    return llvm::createStringError("'" + path + "': " + text);
  }
  llvm::Error failTensor(llvm::StringRef name, const llvm::Twine &text) {
    return fail("tensor '" + name + "': " + text);
  }
  llvm::Error open();
  llvm::Error readBytes(uint64_t offset, llvm::MutableArrayRef<char> bytes);
  llvm::Expected<std::string> readHeader();
  llvm::Error parseHeader(llvm::StringRef text, TensorFile &content);
  llvm::Error parseMetadata(const llvm::json::Value &value, TensorFile &content);
  llvm::Error parseEntry(llvm::StringRef name, const llvm::json::Value &value);
  llvm::Error parseShape(const llvm::json::Array *shape, Entry &entry);
  llvm::Error checkLayout();

  std::string path;
  llvm::sys::fs::file_t file = llvm::sys::fs::kInvalidFile;
  uint64_t fileBytes = 0, dataStart = 0;
  std::vector<Entry> entries;
};
} // namespace

llvm::Error Reader::open() {
  llvm::Expected<llvm::sys::fs::file_t> opened = llvm::sys::fs::openNativeFileForRead(path);
  if (!opened)
    return fail(llvm::toString(opened.takeError()));
  file = *opened;
  llvm::sys::fs::file_status status;
  if (std::error_code code = llvm::sys::fs::status(file, status))
    return fail(code.message());
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    return fail("expected a file, got something else");
  fileBytes = status.getSize();
  return llvm::Error::success();
}

llvm::Error Reader::readBytes(uint64_t offset, llvm::MutableArrayRef<char> bytes) {
  while (!bytes.empty()) {
    llvm::Expected<size_t> count =
        llvm::sys::fs::readNativeFileSlice(file, bytes.take_front(1 << 30), offset);
    if (!count)
      return fail(llvm::toString(count.takeError()));
    if (*count == 0)
      return fail("expected " + llvm::Twine(bytes.size()) + " more bytes, got the end of the file");
    bytes = bytes.drop_front(*count);
    offset += *count;
  }
  return llvm::Error::success();
}

llvm::Expected<std::string> Reader::readHeader() {
  if (fileBytes < 8)
    return fail("expected 8 bytes of header length, got a file of " + llvm::Twine(fileBytes) +
                " bytes");
  char prefix[8];
  if (llvm::Error error = readBytes(0, prefix))
    return error;
  uint64_t length = llvm::support::endian::read64le(prefix);
  if (length > kHeaderLimit)
    return fail("expected a header of at most " + llvm::Twine(kHeaderLimit) + " bytes, got " +
                llvm::Twine(length));
  if (length > fileBytes - 8)
    return fail("expected a header of " + llvm::Twine(length) + " bytes, got " +
                llvm::Twine(fileBytes - 8));
  dataStart = 8 + length;
  std::string text(length, '\0');
  if (llvm::Error error = readBytes(8, {text.data(), text.size()}))
    return error;
  return text;
}

llvm::Error Reader::parseMetadata(const llvm::json::Value &value, TensorFile &content) {
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return fail("expected __metadata__ to be an object of strings");
  for (const auto &[key, text] : *object) {
    std::optional<llvm::StringRef> string = text.getAsString();
    if (!string)
      return fail("expected __metadata__ to be an object of strings, got another value of '" +
                  key.str() + "'");
    content.metadata[key.str()] = string->str();
  }
  return llvm::Error::success();
}

llvm::Error Reader::parseShape(const llvm::json::Array *shape, Entry &entry) {
  if (!shape)
    return failTensor(entry.name, "expected a shape, got none");
  int64_t bytes = size(entry.dtype);
  for (const llvm::json::Value &value : *shape) {
    std::optional<int64_t> dimension = value.getAsInteger();
    if (!dimension || *dimension < 0)
      return failTensor(entry.name, "expected dimensions >= 0, got another value");
    if (__builtin_mul_overflow(bytes, *dimension, &bytes))
      return failTensor(entry.name, "expected a size below 2^63 bytes, got more");
    entry.shape.push_back(*dimension);
  }
  if (entry.end - entry.begin != bytes)
    return failTensor(entry.name, "expected " + llvm::Twine(bytes) + " bytes for " +
                                      describe(entry.dtype, entry.shape) + ", got " +
                                      llvm::Twine(entry.end - entry.begin));
  return llvm::Error::success();
}

llvm::Error Reader::parseEntry(llvm::StringRef name, const llvm::json::Value &value) {
  Entry entry;
  entry.name = name.str();
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return failTensor(name, "expected an object");
  llvm::StringRef type = object->getString("dtype").value_or("none");
  const auto *known = llvm::find_if(kNames, [&](auto &pair) { return pair.second == type; });
  if (known == std::end(kNames))
    return failTensor(name, "expected a dtype of F64, F32, BF16, F16, I64, I32, BOOL, got " + type);
  entry.dtype = known->first;

  const llvm::json::Array *offsets = object->getArray("data_offsets");
  if (!offsets || offsets->size() != 2 || !(*offsets)[0].getAsInteger() ||
      !(*offsets)[1].getAsInteger())
    return failTensor(name, "expected two integers as data_offsets");
  entry.begin = *(*offsets)[0].getAsInteger();
  entry.end = *(*offsets)[1].getAsInteger();
  int64_t dataBytes = fileBytes - dataStart;
  if (entry.begin < 0 || entry.begin > entry.end || entry.end > dataBytes)
    return failTensor(name, "expected offsets in [0, " + llvm::Twine(dataBytes) + "], got [" +
                                llvm::Twine(entry.begin) + ", " + llvm::Twine(entry.end) + "]");
  if (llvm::Error error = parseShape(object->getArray("shape"), entry))
    return error;
  entries.push_back(std::move(entry));
  return llvm::Error::success();
}

/// Tensors must cover the data exactly: no overlap, no hole, nothing left over.
llvm::Error Reader::checkLayout() {
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  int64_t position = 0;
  for (const Entry &entry : entries) {
    if (entry.begin != position)
      return failTensor(entry.name, "expected to begin at byte " + llvm::Twine(position) +
                                        ", where the tensor before ends, got " +
                                        llvm::Twine(entry.begin));
    position = entry.end;
  }
  if (int64_t dataBytes = fileBytes - dataStart; position != dataBytes)
    return fail("expected " + llvm::Twine(position) + " bytes of elements, got " +
                llvm::Twine(dataBytes));
  return llvm::Error::success();
}

llvm::Error Reader::parseHeader(llvm::StringRef text, TensorFile &content) {
  llvm::Expected<llvm::json::Value> parsed = parseJson(text, kDepthLimit);
  if (!parsed)
    return fail("header: " + llvm::toString(parsed.takeError()));
  const llvm::json::Object *header = parsed->getAsObject();
  if (!header)
    return fail("expected the header to be a JSON object");
  for (const auto &[key, value] : *header) {
    llvm::StringRef name = key;
    if (llvm::Error error =
            name == "__metadata__" ? parseMetadata(value, content) : parseEntry(name, value))
      return error;
  }
  return checkLayout();
}

llvm::Expected<TensorFile> Reader::read() {
  TensorFile content;
  if (llvm::Error error = open())
    return error;
  llvm::Expected<std::string> header = readHeader();
  if (!header)
    return header.takeError();
  if (llvm::Error error = parseHeader(*header, content))
    return error;
  for (const Entry &entry : entries) {
    Tensor tensor(entry.dtype, entry.shape);
    if (llvm::Error error =
            readBytes(dataStart + entry.begin,
                      {static_cast<char *>(tensor.data()), static_cast<size_t>(tensor.bytes())}))
      return error;
    content.tensors[entry.name] = tensor;
  }
  return content;
}

llvm::Expected<TensorFile> readSafetensors(llvm::StringRef path) {
  return Reader(path).read();
}

/// The header's JSON for tensors that follow each other in this order.
static std::string headerOf(llvm::ArrayRef<std::pair<llvm::StringRef, Tensor>> order,
                            const std::map<std::string, std::string> &metadata) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os);
  json.object([&] {
    if (!metadata.empty())
      json.attributeObject("__metadata__", [&] {
        for (const auto &[key, value] : metadata)
          json.attribute(key, value);
      });
    int64_t position = 0;
    for (const auto &[name, tensor] : order)
      json.attributeObject(name, [&] {
        json.attribute("dtype", formatName(tensor.dtype()));
        json.attribute("shape", llvm::json::Array(tensor.shape()));
        json.attribute("data_offsets", llvm::json::Array{position, position + tensor.bytes()});
        position += tensor.bytes();
      });
  });
  // Spaces after the JSON align the elements.
  text.resize(llvm::alignTo(text.size() + 8, 64) - 8, ' ');
  return text;
}

llvm::Error writeSafetensors(llvm::StringRef path, const TensorFile &file) {
  std::vector<std::pair<llvm::StringRef, Tensor>> order;
  for (const auto &[name, tensor] : file.tensors) {
    if (name == "__metadata__" || !llvm::json::isUTF8(name))
      return llvm::createStringError("'" + path +
                                     "': expected tensor names in UTF-8 other than "
                                     "__metadata__, got '" +
                                     llvm::json::fixUTF8(name) + "'");
    order.emplace_back(name, tensor);
  }
  // The widest elements first: each tensor is then aligned to its element.
  llvm::sort(order, [](const auto &a, const auto &b) {
    return std::tuple(-size(a.second.dtype()), a.first) <
           std::tuple(-size(b.second.dtype()), b.first);
  });
  std::string header = headerOf(order, file.metadata);
  char prefix[8];
  llvm::support::endian::write64le(prefix, header.size());
  std::vector<llvm::StringRef> pieces = {llvm::StringRef(prefix, 8), header};
  for (const auto &[name, tensor] : order)
    pieces.emplace_back(static_cast<const char *>(tensor.data()), tensor.bytes());
  return writeAtomically(path, pieces);
}

} // namespace dsa
