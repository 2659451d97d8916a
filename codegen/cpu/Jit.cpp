// Lowering, code generation, caching and linking of kernels.
#include "codegen/cpu/Jit.h"
#include "codegen/Diagnostics.h"
#include "codegen/PassTrace.h"
#include "codegen/cpu/LowerKernels.h"
#include "codegen/cpu/VectorIsa.h"
#include "runtime/BlobCache.h"
#include "runtime/Trace.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

#include <atomic>
#include <mutex>
#include <thread>

using namespace mlir;

namespace dsa::cpu {
namespace {

/// The items of a phase, and how often it takes its turn.
struct PhaseSize {
  int64_t grid = 1, rounds = 1;
};

/// An object file and what the runtime must know of it.
struct KernelObject {
  std::vector<PhaseSize> phases;
  int64_t workspaceBytes = 0, scratchBytes = 0;
  std::string object;
};

/// Changes with the sources of this folder, so that no object outlives the code that wrote it.
constexpr llvm::StringLiteral kEmitterHash =
#include "codegen/EmitterHash.inc"
    ;

/// What is compiled: the text decides, the name is for those who watch.
struct Source {
  std::string name, text;
};

/// The kernel alone under a fixed name, so that equal kernels of different graphs share one object.
std::string canonicalText(KernelOp kernel) {
  auto clone = cast<KernelOp>(kernel->clone());
  clone.setName("kernel");
  std::string text;
  llvm::raw_string_ostream os(text);
  clone->print(os, OpPrintingFlags().elideLargeElementsAttrs(-1));
  clone->destroy();
  return text;
}

void initializeLlvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

/// Code generation for this processor, or for a lesser one if `isa` is not its widest.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine(const VectorIsa &isa) {
  initializeLlvm();
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  if (isa.name != VectorIsa::ofHost().name) {
    builder->getFeatures() = llvm::SubtargetFeatures();
    builder->setCPU(isa.processor.str());
  }
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  return builder->createTargetMachine();
}

/// One thread's compiler: its own contexts, so that threads share nothing.
class Worker {
public:
  explicit Worker(VectorIsa isa, Trace *trace = nullptr, int thread = 0)
      : isa(isa), trace(trace), thread(thread),
        context(registry(), MLIRContext::Threading::DISABLED) {
    context.loadAllAvailableDialects();
  }

  llvm::Expected<KernelObject> compile(const Source &source);
  llvm::Expected<std::unique_ptr<llvm::Module>> lower(const std::string &text,
                                                      KernelObject &object);
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::TargetMachine> machine;

private:
  static const DialectRegistry &registry() {
    static const DialectRegistry shared = [] {
      DialectRegistry result;
      result
          .insert<DsaDialect, arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                  index::IndexDialect, LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect,
                  scf::SCFDialect, tensor::TensorDialect, ub::UBDialect, vector::VectorDialect>();
      registerBuiltinDialectTranslation(result);
      registerLLVMDialectTranslation(result);
      return result;
    }();
    return shared;
  }

  VectorIsa isa;
  Trace *trace;
  int thread;
  MLIRContext context;
};

llvm::Expected<std::unique_ptr<llvm::Module>> Worker::lower(const std::string &text,
                                                            KernelObject &object) {
  FirstDiagnostic diagnostic(context);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return diagnostic.takeError("kernel does not parse");
  PassManager manager(&context);
  tracePasses(manager, trace, thread);
  manager.addPass(createLowerKernelsToCpu({.lanes = isa.lanes, .dotsPairs = isa.dotsPairs}));
  buildPhasesToLlvm(manager.nest<ModuleOp>());
  if (failed(manager.run(*module)))
    return diagnostic.takeError("kernel does not lower");
  ModuleOp phases = *module->getOps<ModuleOp>().begin();
  object.workspaceBytes = phases->getAttrOfType<IntegerAttr>(kWorkspaceAttr).getInt();
  object.scratchBytes = phases->getAttrOfType<IntegerAttr>(kScratchAttr).getInt();
  for (auto function : phases.getOps<LLVM::LLVMFuncOp>())
    if (auto grid = function->getAttrOfType<IntegerAttr>(kGridAttr)) {
      auto rounds = function->getAttrOfType<IntegerAttr>(kRoundsAttr);
      object.phases.push_back({grid.getInt(), rounds ? rounds.getInt() : 1});
    }
  if (!machine) {
    auto created = createTargetMachine(isa);
    if (!created)
      return created.takeError();
    machine = std::move(*created);
  }
  std::unique_ptr<llvm::Module> result = translateModuleToLLVMIR(phases, llvmContext, "kernel");
  if (!result)
    return diagnostic.takeError("kernel does not translate to LLVM IR");
  result->setDataLayout(machine->createDataLayout());
  result->setTargetTriple(machine->getTargetTriple());
  return result;
}

llvm::Expected<KernelObject> Worker::compile(const Source &source) {
  TraceScope whole(trace, source.name, "compile", thread);
  whole.note("cache", "miss");
  KernelObject object;
  auto module = lower(source.text, object);
  if (!module)
    return module.takeError();
  TraceScope generation(trace, "generate code", "compile", thread);
  auto buffer = llvm::orc::SimpleCompiler(*machine)(**module);
  if (!buffer)
    return buffer.takeError();
  object.object = (*buffer)->getBuffer().str();
  whole.note("bytes", static_cast<int64_t>(object.object.size()));
  return object;
}

/// Everything but the kernel and the emitters that its machine code depends on.
std::string describe(const VectorIsa &isa) {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  std::vector<std::string> enabled;
  for (const auto &feature : features)
    if (feature.getValue())
      enabled.push_back(feature.getKey().str());
  llvm::sort(enabled);
  return (isa.name + " " + llvm::sys::getHostCPUName() + " " + llvm::join(enabled, ",") + " " +
          LLVM_VERSION_STRING)
      .str();
}

/// "workspace scratch phases", grid and rounds of each, a line, then the object file.
std::string encode(const KernelObject &object) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << object.workspaceBytes << ' ' << object.scratchBytes << ' ' << object.phases.size();
  for (PhaseSize phase : object.phases)
    os << ' ' << phase.grid << ' ' << phase.rounds;
  os << '\n' << object.object;
  return text;
}

bool decode(llvm::StringRef blob, KernelObject &object) {
  auto [line, code] = blob.split('\n');
  SmallVector<llvm::StringRef> fields;
  line.split(fields, ' ');
  size_t count = 0;
  if (fields.size() < 3 || fields[0].getAsInteger(10, object.workspaceBytes) ||
      fields[1].getAsInteger(10, object.scratchBytes) || fields[2].getAsInteger(10, count) ||
      fields.size() != 2 * count + 3)
    return false;
  object.phases.resize(count);
  for (auto [number, phase] : llvm::enumerate(object.phases))
    if (fields[2 * number + 3].getAsInteger(10, phase.grid) ||
        fields[2 * number + 4].getAsInteger(10, phase.rounds))
      return false;
  object.object = code.str();
  return true;
}

/// Compiles the sources that the cache does not hold, dealt out to the threads one by one.
llvm::Expected<std::vector<KernelObject>> compileAll(ArrayRef<Source> sources, VectorIsa isa,
                                                     const CompileOptions &options,
                                                     BlobCache &cache) {
  std::vector<KernelObject> objects(sources.size());
  std::vector<std::string> keys;
  std::vector<size_t> missing;
  std::string host = describe(isa);
  for (auto [number, source] : llvm::enumerate(sources)) {
    double begin = options.trace ? options.trace->now() : 0;
    keys.push_back(BlobCache::key({source.text, host, kEmitterHash}));
    auto blob = cache.find(keys.back());
    if (!blob || !decode(blob->getBuffer(), objects[number]))
      missing.push_back(number);
    else if (options.trace)
      options.trace->record(
          {source.name, "compile", 0, begin, options.trace->now(),
           llvm::json::Object{{"cache", "hit"}, {"bytes", objects[number].object.size()}}});
  }
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  llvm::Error failure = llvm::Error::success();
  auto work = [&](int thread) {
    Worker worker(isa, options.trace, thread);
    for (size_t index = next++; index < missing.size(); index = next++) {
      size_t number = missing[index];
      auto object = worker.compile(sources[number]);
      if (object) {
        cache.store(keys[number], encode(*object));
        objects[number] = std::move(*object);
        continue;
      }
      std::lock_guard lock(mutex);
      failure = llvm::joinErrors(std::move(failure), object.takeError());
    }
  };
  std::vector<std::thread> pool;
  int threads = std::min(options.threads, static_cast<int>(missing.size()));
  for (int thread = 1; thread < threads; ++thread)
    pool.emplace_back(work, thread);
  if (!missing.empty())
    work(0);
  for (std::thread &thread : pool)
    thread.join();
  if (failure)
    return std::move(failure);
  return objects;
}

llvm::Expected<CompiledKernel> link(llvm::orc::LLJIT &jit, const KernelObject &object,
                                    unsigned number) {
  auto library = jit.createJITDylib("kernel_" + std::to_string(number));
  if (!library)
    return library.takeError();
  auto buffer =
      llvm::MemoryBuffer::getMemBufferCopy(object.object, "kernel_" + std::to_string(number));
  if (llvm::Error error = jit.addObjectFile(*library, std::move(buffer)))
    return std::move(error);
  CompiledKernel kernel{{}, object.workspaceBytes, object.scratchBytes};
  std::vector<KernelFunction> functions;
  for (size_t phase = 0; phase < object.phases.size(); ++phase) {
    auto symbol = jit.lookup(*library, "kernel_phase" + std::to_string(phase) + "_entry");
    if (!symbol)
      return symbol.takeError();
    functions.push_back(symbol->toPtr<KernelFunction>());
  }
  for (size_t from = 0, to = 0; from < functions.size(); from = to) {
    while (to < functions.size() && object.phases[to].rounds == object.phases[from].rounds)
      ++to;
    for (int64_t round = 0; round < object.phases[from].rounds; ++round)
      for (size_t phase = from; phase < to; ++phase) {
        int64_t grid = object.phases[phase].grid;
        kernel.phases.push_back({functions[phase], grid, round * grid});
      }
  }
  return kernel;
}

} // namespace

llvm::Expected<CompiledKernels> compileKernels(ArrayRef<KernelOp> kernels,
                                               const CompileOptions &options) {
  auto isa = VectorIsa::named(options.vector);
  if (!isa)
    return isa.takeError();
  std::vector<Source> sources;
  for (KernelOp kernel : kernels)
    sources.push_back({kernel.getName().str(), canonicalText(kernel)});
  BlobCache cache(options.cacheDirectory);
  auto objects = compileAll(sources, *isa, options, cache);
  if (!objects)
    return objects.takeError();
  TraceScope linking(options.trace, "link", "compile");
  initializeLlvm();
  // Kernels have no static initialisers: a platform would compile support code for each of them.
  auto jit = llvm::orc::LLJITBuilder().setPlatformSetUp(llvm::orc::setUpInactivePlatform).create();
  if (!jit)
    return jit.takeError();
  CompiledKernels result;
  for (auto [number, object] : llvm::enumerate(*objects)) {
    auto kernel = link(**jit, object, number);
    if (!kernel)
      return kernel.takeError();
    result.kernels.push_back(std::move(*kernel));
  }
  result.code = std::shared_ptr<void>(
      (*jit).release(), [](void *code) { delete static_cast<llvm::orc::LLJIT *>(code); });
  return result;
}

llvm::Expected<std::string> printKernel(KernelOp kernel, bool assembly) {
  Worker worker(VectorIsa::ofHost());
  KernelObject object;
  auto module = worker.lower(canonicalText(kernel), object);
  if (!module)
    return module.takeError();
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream os(text);
  if (!assembly) {
    (*module)->print(os, nullptr);
    return text.str().str();
  }
  llvm::legacy::PassManager manager;
  if (worker.machine->addPassesToEmitFile(manager, os, nullptr,
                                          llvm::CodeGenFileType::AssemblyFile))
    return llvm::createStringError("expected a target that prints assembly, got %s",
                                   worker.machine->getTargetTriple().str().c_str());
  manager.run(**module);
  return text.str().str();
}

} // namespace dsa::cpu
