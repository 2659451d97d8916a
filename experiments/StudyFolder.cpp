// Locks, settings, progress and checkpoints of an experiment on disk.
#include "experiments/StudyFolder.h"

#include "experiments/ResultFile.h"
#include "runtime/Json.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

using namespace dsa;
namespace fs = llvm::sys::fs;

// JSON finds this by argument-dependent lookup.
namespace dsa {

static bool fromJSON(const llvm::json::Value &value, StudyProgress &progress,
                     llvm::json::Path path) {
  llvm::json::ObjectMapper mapper(value, path);
  return mapper && mapper.map("state", progress.state) && mapper.map("run", progress.run) &&
         mapper.map("step", progress.step) && mapper.map("loss", progress.loss) &&
         mapper.map("tokens_per_second", progress.tokensPerSecond) &&
         mapper.map("seconds_left", progress.secondsLeft) &&
         mapper.map("message", progress.message);
}

} // namespace dsa

namespace {

constexpr llvm::StringLiteral kLock = "lock", kSettings = "settings.json",
                              kProgress = "progress.json";

template <typename... Args> llvm::Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...));
}

std::string stateFile(llvm::StringRef folder, llvm::StringRef name = "") {
  return (folder + "/state/" + name).str();
}

llvm::Expected<std::string> readState(llvm::StringRef folder, llvm::StringRef name) {
  std::string path = stateFile(folder, name);
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return fail("expected an experiment in '{0}', got none: {1}: {2}", folder, path,
                file.getError().message());
  return (*file)->getBuffer().str();
}

/// Calls `visit` with the path of each file below `folder`.
void forEachFile(llvm::StringRef folder, llvm::function_ref<void(llvm::StringRef)> visit) {
  std::error_code code;
  for (fs::recursive_directory_iterator at(folder, code), end; !code && at != end;
       at.increment(code))
    if (at->type() == fs::file_type::regular_file)
      visit(at->path());
}

bool holdsCheckpoints(llvm::StringRef folder) {
  bool found = false;
  forEachFile(stateFile(folder),
              [&](llvm::StringRef path) { found |= updatesOf(path).has_value(); });
  return found;
}

/// What a process that was killed while it wrote a file has left beside it.
void removeTemporaries(llvm::StringRef folder) {
  forEachFile(folder, [](llvm::StringRef path) {
    if (path.ends_with(".tmp"))
      fs::remove(path);
  });
}

std::string requestText(const StudyRequest &request) {
  llvm::json::Value value =
      llvm::json::Object{{"settings", toJson(request.settings)}, {"data", request.data}};
  return llvm::formatv("{0:2}\n", value);
}

} // namespace

StudyFolder::~StudyFolder() {
  if (lockFile >= 0)
    llvm::sys::Process::SafelyCloseFileDescriptor(lockFile);
}

llvm::Error StudyFolder::lock() {
  std::string path = stateFile(folder, kLock);
  if (std::error_code code = fs::create_directories(stateFile(folder)))
    return fail("cannot create '{0}': {1}", stateFile(folder), code.message());
  if (std::error_code code =
          fs::openFileForReadWrite(path, lockFile, fs::CD_OpenAlways, fs::OF_None))
    return fail("cannot open '{0}': {1}", path, code.message());
  if (fs::tryLockFile(lockFile))
    return fail("expected '{0}' to be free, got an experiment that is running there", folder);
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<StudyFolder>>
StudyFolder::begin(llvm::StringRef folder, const StudyRequest &request, int64_t keep) {
  std::unique_ptr<StudyFolder> study(new StudyFolder(folder, keep));
  if (llvm::Error error = study->lock())
    return error;
  auto progress = readProgress(folder);
  bool finished = progress && progress->state == "finished";
  llvm::consumeError(progress.takeError());
  if (holdsCheckpoints(folder) && !finished)
    return fail("expected --resume={0}, or another folder with --out: an unfinished experiment "
                "lies there",
                folder);
  for (llvm::StringRef name : {kProgress, kSettings})
    fs::remove(stateFile(folder, name));
  forEachFile(stateFile(folder), [](llvm::StringRef path) {
    if (updatesOf(path))
      fs::remove(path);
  });
  removeTemporaries(folder);
  if (llvm::Error error = writeResult(stateFile(folder, kSettings), requestText(request)))
    return error;
  return study;
}

llvm::Expected<std::unique_ptr<StudyFolder>>
StudyFolder::resume(llvm::StringRef folder, const StudyRequest &request, int64_t keep) {
  auto begun = readRequest(folder);
  if (!begun)
    return begun.takeError();
  if (llvm::Error error = compareSettings(begun->settings, request.settings))
    return error;
  if (begun->data != request.data)
    return fail("corpus '{0}': expected the tokens with which the experiment began ({1}), got "
                "others ({2})",
                request.settings.corpus, begun->data, request.data);
  std::unique_ptr<StudyFolder> study(new StudyFolder(folder, keep));
  if (llvm::Error error = study->lock())
    return error;
  removeTemporaries(folder);
  return study;
}

RunCheckpoints StudyFolder::checkpointsOf(llvm::StringRef run) const {
  return checkpointsIn(folder, run, keep);
}

llvm::Error StudyFolder::write(const StudyProgress &progress) {
  llvm::json::Value value = llvm::json::Object{{"state", progress.state},
                                               {"run", progress.run},
                                               {"step", progress.step},
                                               {"loss", progress.loss},
                                               {"tokens_per_second", progress.tokensPerSecond},
                                               {"seconds_left", progress.secondsLeft},
                                               {"message", progress.message}};
  return writeResult(stateFile(folder, kProgress), llvm::formatv("{0:2}\n", value).str());
}

llvm::Expected<StudyRequest> dsa::readRequest(llvm::StringRef folder) {
  auto text = readState(folder, kSettings);
  if (!text)
    return text.takeError();
  auto value = parseJson(*text);
  if (!value)
    return fail("{0}: {1}", stateFile(folder, kSettings), llvm::toString(value.takeError()));
  llvm::json::Object *object = value->getAsObject();
  llvm::json::Value *settings = object ? object->get("settings") : nullptr;
  std::optional<llvm::StringRef> data = object ? object->getString("data") : std::nullopt;
  if (!settings || !data)
    return fail("{0}: expected 'settings' and 'data', got others", stateFile(folder, kSettings));
  auto parsed = parseStudySettings(llvm::formatv("{0}", *settings).str());
  if (!parsed)
    return fail("{0}: {1}", stateFile(folder, kSettings), llvm::toString(parsed.takeError()));
  return StudyRequest{std::move(*parsed), data->str()};
}

llvm::Expected<StudyProgress> dsa::readProgress(llvm::StringRef folder) {
  auto text = readState(folder, kProgress);
  if (!text)
    return text.takeError();
  return llvm::json::parse<StudyProgress>(*text, "progress");
}

bool dsa::isInUse(llvm::StringRef folder) {
  int file;
  if (fs::openFileForReadWrite(stateFile(folder, kLock), file, fs::CD_OpenExisting, fs::OF_None))
    return false;
  bool locked = bool(fs::tryLockFile(file));
  llvm::sys::Process::SafelyCloseFileDescriptor(file);
  return locked;
}

RunCheckpoints dsa::checkpointsIn(llvm::StringRef folder, llvm::StringRef run, int64_t keep) {
  return {stateFile(folder, run), keep};
}
