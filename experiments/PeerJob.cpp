// Writes a training step as files, does it with our own compiler, and reads what others made of it.
#include "experiments/PeerJob.h"

#include "experiments/DataStream.h"
#include "experiments/ResultFile.h"
#include "experiments/Statistics.h"
#include "models/ModelSession.h"
#include "runtime/Json.h"
#include "runtime/KernelExecutable.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <chrono>

using namespace dsa;

namespace {

constexpr uint64_t kSeed = 42;
/// The published learning rate.
constexpr double kRate = 3e-3;
/// Steps before the timed ones: just-in-time compilers compile twice when a group changes its size.
constexpr int64_t kWarmup = 3;
/// Sums in another order, and with bf16 other places where they are rounded. The first step of Adam
/// moves a parameter by the rate in the direction of its gradient's sign, so where the gradient is
/// as small as its rounding errors an element may go the other way: the update is judged by its
/// norm.
struct Tolerances {
  double loss, update;
};
constexpr Tolerances kTolerances = {1e-5, 1e-2}, kNarrowTolerances = {2e-3, 0.5};

llvm::Expected<std::unique_ptr<Session>> sessionOf(const ModelConfig &model, int64_t threads) {
  BuildOptions build;
  build.evaluate = false;
  SessionOptions options;
  options.compiler.threads = static_cast<int>(threads);
  options.initialization = Initialization::Published;
  options.seed = kSeed;
  return createSession(model, build, options);
}

ModelConfig withoutNoise(ModelConfig model) {
  model.dropout = 0;
  model.moe.routerNoise = 0;
  return model;
}

Tensor tokensOf(const ModelConfig &model) {
  Tensor tokens(DType::I32, {model.batch, model.length + 1});
  for (int64_t i = 0; i < tokens.numElements(); ++i)
    tokens.set(i, static_cast<double>(drawBelow(model.vocab, kSeed, 0, i)));
  return tokens;
}

/// The parameters of `session`, without the optimizer's state; they share its memory.
TensorFile parametersOf(Session &session) {
  TensorFile file;
  for (const TensorSpec &spec : session.executable(kStepEntry)->arguments())
    if (spec.role == "parameter")
      file.tensors[spec.name] = session.tensors().at(spec.name);
  return file;
}

int64_t flopsOf(Session &session) {
  int64_t flops = 0;
  if (const auto *kernels = dynamic_cast<KernelExecutable *>(session.executable(kStepEntry)))
    for (const Launch &launch : kernels->launches())
      flops += launch.flops;
  return flops;
}

/// The most memory that this process has had so far, in bytes; 0 where the system does not say.
int64_t peakBytes() {
  auto status = llvm::MemoryBuffer::getFileAsStream("/proc/self/status");
  if (!status)
    return 0;
  int64_t kilobytes = 0;
  (*status)->getBuffer().split("VmHWM:").second.ltrim().consumeInteger(10, kilobytes);
  return kilobytes << 10;
}

/// job.json as it is read back by ourselves; what else it holds is for the others.
llvm::Expected<PeerJob> readPeerJob(llvm::StringRef folder) {
  std::string path = (folder + "/job.json").str();
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return llvm::createStringError(file.getError(),
                                   "cannot read '" + path + "': " + file.getError().message());
  auto value = parseJson((*file)->getBuffer());
  if (!value)
    return value.takeError();
  const llvm::json::Object *object = value->getAsObject();
  const llvm::json::Value *model = object ? object->get("model") : nullptr;
  auto threads = object ? object->getInteger("threads") : std::nullopt;
  auto runs = object ? object->getInteger("runs") : std::nullopt;
  if (!model || !threads || *threads < 1 || !runs || *runs < 1)
    return llvm::createStringError("'" + path + "': expected model, threads and runs");
  auto config = parseModelConfig(llvm::formatv("{0}", *model).str());
  if (!config)
    return config.takeError();
  return PeerJob{*config, *threads, *runs};
}

} // namespace

llvm::Error dsa::writePeerJob(llvm::StringRef folder, const PeerJob &job) {
  auto session = sessionOf(withoutNoise(job.model), job.threads);
  if (!session)
    return session.takeError();
  Tensor tokens = tokensOf(job.model);
  TensorFile before = parametersOf(**session);
  before.tensors["tokens"] = tokens;
  if (llvm::Error error = writeSafetensors((folder + "/before.safetensors").str(), before))
    return error;
  auto result = (*session)->step(tokens, kRate);
  if (!result)
    return result.takeError();
  if (llvm::Error error =
          writeSafetensors((folder + "/after.safetensors").str(), parametersOf(**session)))
    return error;
  TrainOptions rule;
  const Tolerances &tolerances = job.model.dtype == DType::F32 ? kTolerances : kNarrowTolerances;
  llvm::json::Object object{{"model", toJson(job.model)},
                            {"threads", job.threads},
                            {"runs", job.runs},
                            {"warmup", kWarmup},
                            {"rate", kRate},
                            {"beta1", rule.beta1},
                            {"beta2", rule.beta2},
                            {"eps", rule.eps},
                            {"loss", result->loss},
                            {"loss_tolerance", tolerances.loss},
                            {"update_tolerance", tolerances.update}};
  return writeResult((folder + "/job.json").str(),
                     llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object))).str());
}

llvm::Expected<PeerResult> dsa::doPeerJob(llvm::StringRef folder) {
  int64_t idle = peakBytes();
  auto job = readPeerJob(folder);
  if (!job)
    return job.takeError();
  Tensor tokens = tokensOf(job->model);
  PeerResult result;
  {
    auto exact = sessionOf(withoutNoise(job->model), job->threads);
    if (!exact)
      return exact.takeError();
    auto step = (*exact)->step(tokens, kRate);
    if (!step)
      return step.takeError();
    result.loss = step->loss;
  }
  auto session = sessionOf(job->model, job->threads);
  if (!session)
    return session.takeError();
  std::vector<double> milliseconds;
  for (int64_t run = 0; run < kWarmup + job->runs; ++run) {
    auto begin = std::chrono::steady_clock::now();
    auto step = (*session)->step(tokens, kRate);
    if (!step)
      return step.takeError();
    std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    if (run >= kWarmup)
      milliseconds.push_back(taken.count());
  }
  result.milliseconds = medianOf(milliseconds);
  result.flops = flopsOf(**session);
  result.peakBytes = peakBytes() - idle;
  return result;
}

llvm::json::Value dsa::toJson(const PeerResult &result) {
  return llvm::json::Object{{"version", result.version},
                            {"milliseconds", result.milliseconds},
                            {"peak_bytes", result.peakBytes},
                            {"loss", result.loss},
                            {"update_difference", result.updateDifference},
                            {"flops", result.flops}};
}

llvm::Expected<PeerResult> dsa::parsePeerResult(llvm::StringRef text) {
  auto value = parseJson(text);
  if (!value)
    return value.takeError();
  PeerResult result;
  llvm::json::Path::Root root("result");
  llvm::json::ObjectMapper mapper(*value, root);
  bool mapped = mapper && mapper.mapOptional("missing", result.missing) &&
                mapper.mapOptional("install", result.install);
  if (mapped && result.missing.empty())
    mapped = mapper.map("milliseconds", result.milliseconds) &&
             mapper.map("peak_bytes", result.peakBytes) && mapper.map("loss", result.loss) &&
             mapper.mapOptional("version", result.version) &&
             mapper.mapOptional("update_difference", result.updateDifference) &&
             mapper.mapOptional("flops", result.flops);
  if (!mapped)
    return root.getError();
  if (result.missing.empty() && !(result.milliseconds > 0))
    return llvm::createStringError("expected milliseconds above 0, got %g", result.milliseconds);
  return result;
}
