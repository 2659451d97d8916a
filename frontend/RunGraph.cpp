// Runs functions of a module on a target, and compares the target with another.
#include "frontend/RunGraph.h"

#include "codegen/Registration.h"
#include "codegen/Target.h"
#include "frontend/Choices.h"
#include "frontend/Compiler.h"
#include "frontend/FormComparison.h"
#include "frontend/GradientCheck.h"
#include "frontend/PerturbTokens.h"
#include "runtime/KernelExecutable.h"
#include "runtime/Profile.h"
#include "runtime/Safetensors.h"
#include "runtime/Trace.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace dsa;

template <typename... Args> static llvm::Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...));
}

/// Reads and verifies a module; the first complaint becomes the error.
static llvm::Expected<OwningOpRef<ModuleOp>> readModule(StringRef file, MLIRContext &context) {
  std::string complaint;
  std::unique_ptr<llvm::MemoryBuffer> text = openInputFile(file, &complaint);
  if (!text)
    return fail("{0}", complaint);
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    auto place = dyn_cast<FileLineColLoc>(diagnostic.getLocation());
    if (complaint.empty())
      complaint = llvm::formatv("line {0}: {1}", place ? place.getLine() : 1, diagnostic.str());
    return success();
  });
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(text), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return fail("expected a module in '{0}': {1}", file, complaint);
  return module;
}

/// The function called `name`, or with no name all public ones.
static llvm::Expected<SmallVector<func::FuncOp>> findFunctions(ModuleOp module, StringRef name) {
  SmallVector<func::FuncOp> found;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal() && (name.empty() ? function.isPublic() : function.getName() == name))
      found.push_back(function);
  if (found.empty())
    return fail("expected a {0} in the module, got none",
                name.empty() ? "public function" : ("function '" + name + "'").str());
  return found;
}

static llvm::Expected<NamedTensors> readInputs(StringRef file) {
  if (file.empty())
    return NamedTensors();
  llvm::Expected<TensorFile> content = readSafetensors(file);
  if (!content)
    return content.takeError();
  return content->tensors;
}

/// A target with its function compiled and a run of it.
struct TargetRun {
  std::unique_ptr<Executable> executable;
  SmallVector<Tensor> results;
};

/// Fails unless each kernel of `executable` is machine code of the target itself.
static llvm::Error expectCompiled(StringRef target, const Executable &executable) {
  if (target == referenceTarget().name())
    return llvm::Error::success();
  const auto *program = dynamic_cast<const KernelExecutable *>(&executable);
  if (!program)
    return fail("expected kernels compiled by target '{0}', got an interpreter", target);
  for (const Launch &launch : program->launches())
    for (const Phase &phase : launch.phases)
      if (!phase.function)
        return fail("expected kernel '{0}' to be compiled by target '{1}', got none", launch.name,
                    target);
  return llvm::Error::success();
}

static CompilerOptions compilerOptions(StringRef target, const RunGraphOptions &options) {
  CompilerOptions result;
  result.target = target.str();
  result.threads = options.threads;
  result.vector = options.vector;
  result.plan.memoryLimit = options.memoryLimit;
  return result;
}

static llvm::Expected<TargetRun> runOn(StringRef name, func::FuncOp function,
                                       const NamedTensors &inputs, const ChoiceOptions &choices,
                                       const RunGraphOptions &options, Profile *profile,
                                       Trace *trace) {
  CompilerOptions compiler = compilerOptions(name, options);
  compiler.choices = choices;
  compiler.trace = trace;
  TargetRun run;
  auto module = function->getParentOfType<ModuleOp>();
  if (auto error = compile(module, function.getName(), compiler).moveInto(run.executable))
    return error;
  if (auto error = expectCompiled(name, *run.executable))
    return error;
  if (auto error = checkChoices(run.executable->arguments(), inputs))
    return error;
  auto arguments =
      makeArguments(function.getName(), run.executable->arguments(), inputs, options.seed);
  if (!arguments)
    return arguments.takeError();
  ThreadPool pool(options.threads);
  TraceScope whole(trace, "@" + function.getName(), "run");
  if (auto error = run.executable->run(*arguments, run.results, {&pool, profile, trace}))
    return error;
  return run;
}

static void printElement(const Tensor &tensor, int64_t index, llvm::raw_ostream &output) {
  if (isFloat(tensor.dtype()))
    output << llvm::format("%.6g", tensor.at(index) + 0.0);
  else if (tensor.dtype() == DType::I64)
    output << tensor.data<int64_t>()[index];
  else
    output << static_cast<int64_t>(tensor.at(index));
}

/// [[1, 2], [3, 4]]; floats with six digits.
static void printElements(const Tensor &tensor, llvm::raw_ostream &output) {
  auto print = [&](auto &self, int64_t axis, int64_t first, int64_t count) -> void {
    if (axis == tensor.rank()) {
      printElement(tensor, first, output);
      return;
    }
    int64_t size = tensor.shape()[axis], stride = size ? count / size : 0;
    output << '[';
    for (int64_t i = 0; i < size; ++i) {
      output << (i ? ", " : "");
      self(self, axis + 1, first + i * stride, stride);
    }
    output << ']';
  };
  print(print, 0, 0, tensor.numElements());
}

static std::optional<Tolerance> givenTolerance(const RunGraphOptions &options) {
  if (!options.tolerance)
    return std::nullopt;
  return Tolerance{*options.tolerance, *options.tolerance};
}

/// Prints how `result` compares with `expected`; false if it differs.
static bool judge(const TensorSpec &spec, const Tensor &result, const Tensor &expected,
                  const RunGraphOptions &options, llvm::raw_ostream &output) {
  Tolerance tolerance = givenTolerance(options).value_or(toleranceOf(spec.dtype));
  if (llvm::Error error = expectClose(spec.name, result, expected, tolerance)) {
    output << ": DIFFERS, " << llvm::toString(std::move(error));
    return false;
  }
  output << llvm::formatv(": ok, max error {0:e1}", compare(result, expected, tolerance).largest);
  return true;
}

/// Prints one line for each result; returns how many differ from `judge` (null: nobody judges).
static int64_t report(const TargetRun &run, const TargetRun *other, const RunGraphOptions &options,
                      llvm::raw_ostream &output) {
  int64_t wrong = 0;
  for (auto [number, spec] : llvm::enumerate(run.executable->results())) {
    if (isChoice(spec))
      continue;
    const Tensor &result = run.results[number];
    output << spec.name << ' ' << describe(spec.dtype, spec.shape);
    if (other)
      wrong += !judge(spec, result, other->results[number], options, output);
    if (options.print) {
      output << " = ";
      printElements(result, output);
    }
    output << '\n';
  }
  return wrong;
}

/// Writes the results and the choices of `run` to the files that were asked for.
static llvm::Error writeFiles(const TargetRun &run, const NamedTensors &choices,
                              const RunGraphOptions &options) {
  if (!options.capture.empty())
    if (llvm::Error error = writeSafetensors(options.capture, {choices, {}}))
      return error;
  if (options.outputs.empty())
    return llvm::Error::success();
  TensorFile content;
  for (auto [spec, result] : llvm::zip_equal(run.executable->results(), run.results))
    if (!isChoice(spec))
      content.tensors[spec.name] = result;
  return writeSafetensors(options.outputs, content);
}

/// Runs one function on the target and on the judge; returns how many results and choices differ.
static llvm::Expected<int64_t> runFunction(func::FuncOp function, const NamedTensors &inputs,
                                           const RunGraphOptions &options, Trace *trace,
                                           llvm::raw_ostream &output) {
  Profile profile;
  bool replays = !options.replay.empty(), judges = !options.against.empty();
  ChoiceOptions exposed{!options.capture.empty() || (judges && !replays), replays, false};
  auto run = runOn(options.target, function, inputs, exposed, options,
                   options.profile ? &profile : nullptr, trace);
  if (!run)
    return run.takeError();
  NamedTensors choices = choicesAmong(run->executable->results(), run->results);
  // A judge goes on with the choices of the target, so that everything after them is judged too.
  NamedTensors made = replays ? choicesAmong(inputs) : choices, given = inputs;
  given.insert(made.begin(), made.end());
  std::optional<TargetRun> other;
  if (judges)
    if (auto error =
            runOn(options.against, function, given, {true, true, true}, options, nullptr, nullptr)
                .moveInto(other))
      return error;
  output << '@' << function.getName() << '\n';
  int64_t wrong = 0;
  if (judges)
    wrong += judgeChoices(other->executable->results(), other->results, made,
                          givenTolerance(options), output);
  wrong += report(*run, other ? &*other : nullptr, options, output);
  if (options.profile)
    profile.print(output);
  if (llvm::Error error = writeFiles(*run, choices, options))
    return error;
  return wrong;
}

/// Compares the forms of `function` and of what differentiation makes of it.
static llvm::Error runEveryForm(func::FuncOp function, const NamedTensors &inputs,
                                const RunGraphOptions &options, llvm::raw_ostream &output) {
  OwningOpRef<ModuleOp> steps = ModuleOp::create(function.getLoc());
  steps->push_back(function.clone());
  if (llvm::Error error = differentiateGraph(*steps))
    return error;
  for (auto step : steps->getOps<func::FuncOp>()) {
    auto signature = signatureOf(*steps, step.getName());
    if (!signature)
      return signature.takeError();
    auto arguments = makeArguments(step.getName(), signature->first, inputs, options.seed);
    if (!arguments)
      return arguments.takeError();
    if (auto error =
            compareForms(*steps, step.getName(), *arguments, compilerOptions("cpu", options)))
      return error;
    output << '@' << step.getName() << ": ok in every form\n";
  }
  return llvm::Error::success();
}

static llvm::Error runFunctions(ArrayRef<func::FuncOp> functions, const NamedTensors &inputs,
                                const RunGraphOptions &options, llvm::raw_ostream &output) {
  int64_t wrong = 0;
  Trace trace;
  for (func::FuncOp function : functions) {
    if (options.checkGradients) {
      if (llvm::Error error = checkGradients(function, inputs, options.seed, output))
        return error;
      continue;
    }
    if (options.everyForm) {
      if (llvm::Error error = runEveryForm(function, inputs, options, output))
        return llvm::createStringError("@" + function.getName() + ": " +
                                       llvm::toString(std::move(error)));
      continue;
    }
    if (options.perturb) {
      if (llvm::Error error =
              perturbTokens(function, inputs, compilerOptions(options.target, options),
                            {options.trials, options.seed}, output))
        return llvm::createStringError("@" + function.getName() + ": " +
                                       llvm::toString(std::move(error)));
      continue;
    }
    llvm::Expected<int64_t> differing =
        runFunction(function, inputs, options, options.trace.empty() ? nullptr : &trace, output);
    if (!differing)
      return llvm::createStringError("@" + function.getName() + ": " +
                                     llvm::toString(differing.takeError()));
    wrong += *differing;
  }
  if (!options.trace.empty())
    if (llvm::Error error = trace.write(options.trace))
      return error;
  if (wrong)
    return fail("expected the results of target '{0}' to agree with '{1}', got {2} that differ",
                options.target, options.against, wrong);
  return llvm::Error::success();
}

llvm::Error dsa::runGraph(const RunGraphOptions &options, llvm::raw_ostream &output) {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  auto module = readModule(options.file, context);
  if (!module)
    return module.takeError();
  auto functions = findFunctions(**module, options.entry);
  if (!functions)
    return functions.takeError();
  if (functions->size() > 1 &&
      !(options.inputs + options.outputs + options.capture + options.replay).empty())
    return fail("expected --entry with --inputs, --outputs, --capture and --replay, got {0} public "
                "functions",
                functions->size());
  auto inputs = readInputs(options.inputs);
  if (!inputs)
    return inputs.takeError();
  auto replayed = readInputs(options.replay);
  if (!replayed)
    return replayed.takeError();
  inputs->insert(replayed->begin(), replayed->end());
  return runFunctions(*functions, *inputs, options, output);
}
