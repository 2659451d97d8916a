// Checkpoints as safetensors files with a checksum, and how a session takes them.
#include "frontend/Checkpoint.h"
#include "frontend/Session.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

#include <cstring>

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kSeriesPrefix = "log.", kNotePrefix = "note.";
constexpr llvm::StringLiteral kGroupSteps = "steps.", kGroupBatches = "batches.";
constexpr const char *kSteps = "steps", *kBatches = "batches", *kSeed = "seed",
                     *kChecksum = "checksum";

template <typename... Args> llvm::Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...));
}

/// Of names, types, elements and metadata, except the checksum itself.
std::string checksumOf(const TensorFile &file) {
  std::vector<uint64_t> hashes;
  for (const auto &[name, tensor] : file.tensors) {
    hashes.push_back(llvm::xxh3_64bits(name + describe(tensor.dtype(), tensor.shape())));
    const auto *bytes = static_cast<const uint8_t *>(tensor.data());
    hashes.push_back(llvm::xxh3_64bits(llvm::ArrayRef(bytes, tensor.bytes())));
  }
  for (const auto &[key, value] : file.metadata)
    if (key != kChecksum)
      hashes.push_back(llvm::xxh3_64bits(key + "=" + value));
  const auto *bytes = reinterpret_cast<const uint8_t *>(hashes.data());
  return llvm::formatv("{0:x-16}", llvm::xxh3_64bits(llvm::ArrayRef(bytes, hashes.size() * 8)));
}

/// The whole number that the metadata of a checkpoint holds under `key`.
template <typename Number>
llvm::Error readNumber(const TensorFile &file, llvm::StringRef path, const std::string &key,
                       Number &number) {
  auto found = file.metadata.find(key);
  llvm::StringRef text = found == file.metadata.end() ? "nothing" : llvm::StringRef(found->second);
  if (text.getAsInteger(10, number))
    return fail("{0}: expected metadata '{1}' to be a whole number, got {2}", path, key, text);
  return llvm::Error::success();
}

} // namespace

llvm::Error dsa::writeCheckpoint(llvm::StringRef path, const Checkpoint &checkpoint) {
  TensorFile file;
  file.tensors = checkpoint.tensors;
  for (const auto &[name, tensor] : checkpoint.series)
    file.tensors[kSeriesPrefix.str() + name] = tensor;
  for (const auto &[key, text] : checkpoint.notes)
    file.metadata[kNotePrefix.str() + key] = text;
  file.metadata[kSteps] = std::to_string(checkpoint.steps);
  file.metadata[kBatches] = std::to_string(checkpoint.batches);
  for (const auto &[group, clock] : checkpoint.groups) {
    file.metadata[kGroupSteps.str() + group] = std::to_string(clock.updates);
    file.metadata[kGroupBatches.str() + group] = std::to_string(clock.batches);
  }
  file.metadata[kSeed] = std::to_string(checkpoint.seed);
  file.metadata[kChecksum] = checksumOf(file);
  return writeSafetensors(path, file);
}

llvm::Expected<Checkpoint> dsa::readCheckpoint(llvm::StringRef path) {
  llvm::Expected<TensorFile> file = readSafetensors(path);
  if (!file)
    return file.takeError();
  std::string expected = checksumOf(*file), got = file->metadata[kChecksum];
  if (got != expected)
    return fail("{0}: expected the checksum {1}, got '{2}': the file is damaged", path, expected,
                got);
  return checkpointOf(*file, path);
}

llvm::Expected<Checkpoint> dsa::checkpointOf(const TensorFile &file, llvm::StringRef path) {
  Checkpoint checkpoint;
  if (llvm::Error error = readNumber(file, path, kSteps, checkpoint.steps))
    return error;
  if (llvm::Error error = readNumber(file, path, kBatches, checkpoint.batches))
    return error;
  if (llvm::Error error = readNumber(file, path, kSeed, checkpoint.seed))
    return error;
  for (const auto &[key, text] : file.metadata) {
    llvm::StringRef name = key, group = key;
    if (name.consume_front(kNotePrefix))
      checkpoint.notes[name.str()] = text;
    if (!group.consume_front(kGroupSteps))
      continue;
    TrainingClock &clock = checkpoint.groups[group.str()];
    if (llvm::Error error = readNumber(file, path, key, clock.updates))
      return error;
    if (llvm::Error error =
            readNumber(file, path, kGroupBatches.str() + group.str(), clock.batches))
      return error;
  }
  for (const auto &[key, tensor] : file.tensors) {
    llvm::StringRef name = key;
    bool series = name.consume_front(kSeriesPrefix);
    (series ? checkpoint.series : checkpoint.tensors)[name.str()] = tensor;
  }
  return checkpoint;
}

Checkpoint Session::checkpoint() const {
  Checkpoint checkpoint;
  checkpoint.tensors = values;
  checkpoint.groups = clocks;
  checkpoint.groups.erase("");
  checkpoint.steps = clocks.at("").updates;
  checkpoint.batches = clocks.at("").batches;
  checkpoint.seed = options.seed;
  return checkpoint;
}

llvm::Error Session::restore(const Checkpoint &checkpoint) {
  for (const auto &[name, tensor] : values) {
    auto found = checkpoint.tensors.find(name);
    std::string expected = describe(tensor.dtype(), tensor.shape());
    if (found == checkpoint.tensors.end())
      return fail("expected a tensor '{0}' of {1}, got none", name, expected);
    std::string got = describe(found->second.dtype(), found->second.shape());
    if (got != expected)
      return fail("expected '{0}' to be {1}, got {2}", name, expected, got);
  }
  for (const auto &[group, clock] : clocks)
    if (!group.empty() && !checkpoint.groups.count(group))
      return fail("expected the counts of group '{0}', got none", group);
  for (const auto &[name, tensor] : checkpoint.tensors)
    if (!values.count(name))
      return fail("expected tensors of this model only, got '{0}'", name);
  for (auto &[name, tensor] : values)
    std::memcpy(tensor.data(), checkpoint.tensors.at(name).data(), tensor.bytes());
  clocks = checkpoint.groups;
  clocks[""] = {checkpoint.batches, checkpoint.steps};
  options.seed = checkpoint.seed;
  return llvm::Error::success();
}
