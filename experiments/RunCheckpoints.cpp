// Writes, lists and reads the checkpoints of a run.
#include "experiments/RunCheckpoints.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace dsa;

namespace {

constexpr llvm::StringLiteral kPrefix = "step-", kExtension = ".safetensors";
constexpr const char *kRun = "run", *kPosition = "data_position";
constexpr const char *kLosses = "losses", *kSeconds = "seconds", *kIndexer = "indexer_losses";

Tensor seriesOf(llvm::ArrayRef<double> values) {
  return Tensor::fromDoubles(DType::F64, {static_cast<int64_t>(values.size())}, values);
}

bool isFinite(const Checkpoint &checkpoint) {
  for (const auto &[name, tensor] : checkpoint.tensors)
    if (tensor.dtype() == DType::F32)
      for (float value : llvm::ArrayRef(tensor.data<float>(), tensor.numElements()))
        if (!std::isfinite(value))
          return false;
  return true;
}

llvm::Expected<SavedRun> readRun(llvm::StringRef path) {
  auto model = readCheckpoint(path);
  if (!model)
    return model.takeError();
  auto run = parseRunRecord(model->notes[kRun]);
  if (!run)
    return run.takeError();
  if (!model->series.count(kLosses) || !model->series.count(kSeconds))
    return llvm::createStringError(path + ": expected the losses and seconds of a run, got none");
  run->log.losses = model->series[kLosses].asDoubles();
  run->log.seconds = model->series[kSeconds].asDoubles();
  if (model->series.count(kIndexer))
    run->log.indexerLosses = model->series[kIndexer].asDoubles();
  return SavedRun{path.str(), std::move(*model), std::move(*run)};
}

} // namespace

std::optional<int64_t> dsa::updatesOf(llvm::StringRef path) {
  llvm::StringRef name = llvm::sys::path::filename(path);
  int64_t updates;
  if (!name.consume_front(kPrefix) || !name.consume_back(kExtension) ||
      name.getAsInteger(10, updates))
    return std::nullopt;
  return updates;
}

std::vector<std::string> RunCheckpoints::paths() const {
  std::vector<std::string> found;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator at(folder, code), end; !code && at != end;
       at.increment(code))
    if (updatesOf(at->path()))
      found.push_back(at->path());
  llvm::sort(found,
             [](llvm::StringRef a, llvm::StringRef b) { return *updatesOf(a) < *updatesOf(b); });
  return found;
}

llvm::Error RunCheckpoints::save(Checkpoint model, const RunRecord &run) {
  if (!isFinite(model))
    return llvm::Error::success();
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return llvm::createStringError(code, "cannot create '" + folder + "': " + code.message());
  model.notes[kRun] = llvm::formatv("{0}", llvm::json::Value(identityJson(run)));
  model.notes[kPosition] = std::to_string(run.log.updates());
  model.series[kLosses] = seriesOf(run.log.losses);
  model.series[kSeconds] = seriesOf(run.log.seconds);
  if (!run.log.indexerLosses.empty())
    model.series[kIndexer] = seriesOf(run.log.indexerLosses);
  std::string name = llvm::formatv("{0}{1,0+8}{2}", kPrefix, run.log.updates(), kExtension);
  if (llvm::Error error = writeCheckpoint(folder + "/" + name, model))
    return error;
  std::vector<std::string> all = paths();
  for (size_t i = 0; i + keep < all.size(); ++i)
    llvm::sys::fs::remove(all[i]);
  return llvm::Error::success();
}

std::optional<SavedRun> RunCheckpoints::newest(llvm::raw_ostream &warnings) const {
  std::vector<std::string> all = paths();
  for (const std::string &path : llvm::reverse(all)) {
    auto saved = readRun(path);
    if (saved)
      return std::move(*saved);
    warnings << "warning: checkpoint skipped, the one before it is used: "
             << llvm::toString(saved.takeError()) << '\n';
  }
  return std::nullopt;
}
