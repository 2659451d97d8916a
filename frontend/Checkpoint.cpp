// Saving and loading of a session: a map from names to tensors, and the step counts.
#include "frontend/Session.h"
#include "runtime/Safetensors.h"

#include "llvm/Support/FormatVariadic.h"

#include <cstring>

using namespace dsa;

template <typename... Args> static llvm::Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...));
}

llvm::Error Session::save(llvm::StringRef path) const {
  TensorFile file;
  file.tensors = values;
  file.metadata["steps"] = std::to_string(stepCount);
  file.metadata["batches"] = std::to_string(batchCount);
  file.metadata["seed"] = std::to_string(options.seed);
  return writeSafetensors(path, file);
}

/// The whole number that the metadata of a checkpoint holds under `key`.
template <typename Number>
static llvm::Error readNumber(const TensorFile &file, llvm::StringRef path, const char *key,
                              Number &number) {
  auto found = file.metadata.find(key);
  llvm::StringRef text = found == file.metadata.end() ? "nothing" : llvm::StringRef(found->second);
  if (text.getAsInteger(10, number))
    return fail("{0}: expected metadata '{1}' to be a whole number, got {2}", path, key, text);
  return llvm::Error::success();
}

/// Success when `file` holds exactly the tensors of `values`, in their shapes.
static llvm::Error compareNames(const TensorFile &file, llvm::StringRef path,
                                const std::map<std::string, Tensor> &values) {
  for (const auto &[name, tensor] : values) {
    auto found = file.tensors.find(name);
    std::string expected = describe(tensor.dtype(), tensor.shape());
    if (found == file.tensors.end())
      return fail("{0}: expected a tensor '{1}' of {2}, got none", path, name, expected);
    std::string got = describe(found->second.dtype(), found->second.shape());
    if (got != expected)
      return fail("{0}: expected '{1}' to be {2}, got {3}", path, name, expected, got);
  }
  for (const auto &[name, tensor] : file.tensors)
    if (!values.count(name))
      return fail("{0}: expected tensors of this model only, got '{1}'", path, name);
  return llvm::Error::success();
}

llvm::Error Session::load(llvm::StringRef path) {
  llvm::Expected<TensorFile> file = readSafetensors(path);
  if (!file)
    return file.takeError();
  int64_t steps, batches;
  uint64_t seed;
  if (llvm::Error error = readNumber(*file, path, "steps", steps))
    return error;
  if (llvm::Error error = readNumber(*file, path, "batches", batches))
    return error;
  if (llvm::Error error = readNumber(*file, path, "seed", seed))
    return error;
  if (llvm::Error error = compareNames(*file, path, values))
    return error;
  for (auto &[name, tensor] : values)
    std::memcpy(tensor.data(), file->tensors.at(name).data(), tensor.bytes());
  stepCount = steps;
  batchCount = batches;
  options.seed = seed;
  return llvm::Error::success();
}
