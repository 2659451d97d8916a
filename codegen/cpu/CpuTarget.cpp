// The cpu target: plans the graph, compiles its kernels for this machine and lists the launches.
#include "codegen/Diagnostics.h"
#include "codegen/PassTrace.h"
#include "codegen/Target.h"
#include "codegen/cpu/Jit.h"
#include "passes/KernelFamilies.h"
#include "passes/Pipeline.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dsa {
namespace {

/// Translates the launches of a planned function into those of a program.
class ProgramBuilder {
public:
  ProgramBuilder(func::FuncOp function, KernelProgram &program)
      : function(function), program(program) {}

  llvm::Error build(llvm::function_ref<const cpu::CompiledKernel &(LaunchOp)> compiled);

private:
  void place(LaunchOp launch);
  llvm::Error addConstant(arith::ConstantOp constant);

  func::FuncOp function;
  KernelProgram &program;
  DenseMap<Value, BufferRef> places;
};

/// The storage of function result `number`: the argument it updates, or its own tensor.
BufferRef resultStorage(const KernelProgram &program, int64_t number) {
  int64_t updated = program.results[number].updates;
  if (updated >= 0)
    return {BufferRef::Kind::Argument, updated};
  return {BufferRef::Kind::Result, number};
}

void ProgramBuilder::place(LaunchOp launch) {
  for (auto [output, offset] : llvm::zip_equal(launch.getOutputs(), *launch.getOffsets()))
    places[output] = offset >= 0 ? BufferRef{BufferRef::Kind::Arena, offset}
                                 : resultStorage(program, -1 - offset);
}

/// "gradient of w": what the errors of a launch call its operands, if they have names.
std::vector<std::string> operandNames(LaunchOp launch) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(launch, launch.getKernelAttr());
  auto clip = dyn_cast<ClipByGlobalNormOp>(anchorOf(kernel));
  std::vector<std::string> names;
  if (clip && clip.getNames())
    for (StringRef name : clip.getNames()->getAsValueRange<StringAttr>())
      names.push_back(("gradient of " + name).str());
  return names;
}

llvm::Error ProgramBuilder::addConstant(arith::ConstantOp constant) {
  auto values = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!values)
    return llvm::createStringError("expected dense constants in a graph, got another attribute");
  auto type = cast<RankedTensorType>(constant.getType());
  Type element = type.getElementType();
  if (!element.isF32() && !element.isBF16() && !element.isInteger(32) && !element.isInteger(64))
    return llvm::createStringError(
        "expected a constant of f32, bf16, i32 or i64 on the cpu target");
  llvm::Expected<DType> dtype = dtypeOf(element);
  if (!dtype)
    return dtype.takeError();
  Tensor tensor(*dtype, type.getShape());
  auto bytes = static_cast<char *>(tensor.data());
  int64_t size = element.getIntOrFloatBitWidth() / 8;
  ArrayRef<char> raw = values.getRawData();
  for (int64_t number = 0; number < type.getNumElements(); ++number)
    std::memcpy(bytes + number * size, raw.data() + (values.isSplat() ? 0 : number * size), size);
  places[constant.getResult()] = {BufferRef::Kind::Constant,
                                  static_cast<int64_t>(program.constants.size())};
  program.constants.push_back(tensor);
  return llvm::Error::success();
}

llvm::Error
ProgramBuilder::build(llvm::function_ref<const cpu::CompiledKernel &(LaunchOp)> compiled) {
  for (BlockArgument argument : function.getArguments())
    places[argument] = {BufferRef::Kind::Argument, argument.getArgNumber()};
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      if (llvm::Error error = addConstant(constant))
        return error;
      continue;
    }
    auto launch = dyn_cast<LaunchOp>(op);
    if (!launch || !launch.getOffsets())
      return llvm::createStringError("expected planned launches only, got '%s'",
                                     op.getName().getStringRef().data());
    place(launch);
    const cpu::CompiledKernel &kernel = compiled(launch);
    Cost cost = launch.getCost();
    Launch entry{launch.getKernel().str(),        kernel.phases,       {},
                 kernel.workspaceBytes,           kernel.scratchBytes, cost.flops(),
                 cost.readBytes + cost.writeBytes};
    entry.operands = operandNames(launch);
    for (Value input : launch.getInputs())
      entry.arguments.push_back(places.lookup(input));
    for (Value output : launch.getOutputs())
      entry.arguments.push_back(places.lookup(output));
    program.launches.push_back(std::move(entry));
  }
  for (auto [number, value] :
       llvm::enumerate(function.getBody().front().getTerminator()->getOperands())) {
    BufferRef from = places.lookup(value);
    BufferRef to = resultStorage(program, static_cast<int64_t>(number));
    if (from.kind != to.kind || from.index != to.index)
      program.copies.push_back({from, static_cast<int64_t>(number)});
  }
  return llvm::Error::success();
}

class CpuTarget : public Target {
public:
  llvm::StringRef name() const override { return "cpu"; }

  llvm::Expected<std::unique_ptr<Executable>>
  compile(ModuleOp module, llvm::StringRef entry, const CompileOptions &options) const override {
    OwningOpRef<ModuleOp> plan = isolateFunction(module, entry);
    FirstDiagnostic diagnostic(*module.getContext());
    PassManager manager(module.getContext());
    tracePasses(manager, options.trace);
    buildGraphPipeline(manager, options.plan);
    if (!plan)
      return llvm::createStringError("expected a function '%s' in the module, got none",
                                     entry.str().c_str());
    if (failed(manager.run(*plan)))
      return diagnostic.takeError("graph does not compile");
    auto signature = signatureOf(*plan, entry);
    if (!signature)
      return signature.takeError();
    auto function = plan->lookupSymbol<func::FuncOp>(entry);
    KernelProgram program;
    std::tie(program.arguments, program.results) = std::move(*signature);
    if (auto bytes = function->getAttrOfType<IntegerAttr>("dsa.arena_bytes"))
      program.arenaBytes = bytes.getInt();

    llvm::MapVector<StringRef, KernelOp> kernels;
    function.walk([&](LaunchOp launch) {
      kernels.insert({launch.getKernel(), plan->lookupSymbol<KernelOp>(launch.getKernel())});
    });
    SmallVector<KernelOp> ordered = llvm::to_vector(llvm::make_second_range(kernels));
    auto compiled = cpu::compileKernels(ordered, options);
    if (!compiled)
      return compiled.takeError();
    program.code = compiled->code;
    llvm::StringMap<size_t> numbers;
    for (auto [number, kernel] : llvm::enumerate(ordered))
      numbers[kernel.getName()] = number;
    auto lookup = [&](LaunchOp launch) -> const cpu::CompiledKernel & {
      return compiled->kernels[numbers.lookup(launch.getKernel())];
    };
    if (llvm::Error error = ProgramBuilder(function, program).build(lookup))
      return std::move(error);
    return std::make_unique<KernelExecutable>(std::move(program));
  }

private:
  /// A copy of the module with function `entry` (and the kernels) only; null if there is none.
  static OwningOpRef<ModuleOp> isolateFunction(ModuleOp module, llvm::StringRef entry) {
    OwningOpRef<ModuleOp> copy(module.clone());
    bool found = false;
    for (auto function : llvm::to_vector(copy->getOps<func::FuncOp>())) {
      if (function.getName() == entry)
        found = true;
      else
        function.erase();
    }
    return found ? std::move(copy) : OwningOpRef<ModuleOp>();
  }
};

} // namespace

const Target &cpuTarget() {
  static const CpuTarget target;
  return target;
}

} // namespace dsa
