// Binding tensors to executables by role and name, and the functions that a session runs.
#include "frontend/Session.h"

#include "dialect/Dialect.h"
#include "frontend/Choices.h"
#include "runtime/Trace.h"

#include "llvm/Support/FormatVariadic.h"

#include <chrono>
#include <set>

using namespace dsa;

template <typename... Args> static llvm::Error fail(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Args>(args)...));
}

/// Runs of one function that a timeline shows: later ones look the same, and a viewer must hold it.
static constexpr int kTracedRuns = 3;

/// The result called `name` as a number, or 0 when the function has none.
static double scalarResult(const Executable &function, llvm::ArrayRef<Tensor> results,
                           llvm::StringRef name) {
  int64_t number = function.findResult(name);
  return number < 0 ? 0.0 : results[number].at(0);
}

Session::Session(const SessionOptions &options)
    : options(options), pool(threadCount(options.compiler)), clocks{{"", {}}} {
  runOptions.pool = &pool;
}

/// The groups that the minimised results of `func` train, the unnamed one first.
static std::vector<std::string> trainedGroups(mlir::func::FuncOp func) {
  std::set<std::string> groups;
  for (unsigned number = 0; number < func.getNumResults(); ++number)
    if (func.getResultAttr(number, kMinimizeAttr)) {
      auto group = func.getResultAttrOfType<mlir::StringAttr>(number, kGroupAttr);
      groups.insert(group ? group.str() : "");
    }
  return {groups.begin(), groups.end()};
}

llvm::Expected<std::unique_ptr<Session>> Session::create(mlir::ModuleOp module,
                                                         const SessionOptions &options) {
  return create(nullptr, module, options);
}

llvm::Expected<std::unique_ptr<Session>> Session::create(std::shared_ptr<mlir::MLIRContext> context,
                                                         mlir::ModuleOp module,
                                                         const SessionOptions &options) {
  std::unique_ptr<Session> session(new Session(options));
  session->context = std::move(context);
  for (auto func : module.getOps<mlir::func::FuncOp>())
    if (!func.isExternal())
      if (llvm::Error error = session->addFunction(module, func))
        return std::move(error);
  if (session->functions.empty())
    return fail("expected a module with a function, got none");
  return session;
}

llvm::Error Session::addFunction(mlir::ModuleOp module, mlir::func::FuncOp func) {
  std::string entry = func.getName().str();
  Function &function = functions[entry];
  auto train = func->getAttrOfType<mlir::DictionaryAttr>(kTrainAttr);
  if (train) {
    function.groups = trainedGroups(func);
    for (const std::string &group : function.groups)
      clocks[group];
    if (auto accumulate = train.getAs<mlir::IntegerAttr>("accumulate"))
      function.accumulate = accumulate.getInt();
  }
  auto add = [&](const std::string &name, std::unique_ptr<Executable> &target) -> llvm::Error {
    auto begin = std::chrono::steady_clock::now();
    llvm::Expected<std::unique_ptr<Executable>> compiled = compile(module, name, options.compiler);
    if (!compiled)
      return compiled.takeError();
    compiling += std::chrono::steady_clock::now() - begin;
    target = std::move(*compiled);
    adopt(*target);
    return llvm::Error::success();
  };
  if (llvm::Error error = add(entry, function.run))
    return error;
  return function.accumulate > 1 ? add(entry + "_apply", function.apply) : llvm::Error::success();
}

llvm::Expected<Session::Function *> Session::find(llvm::StringRef entry) {
  auto found = functions.find(entry.str());
  if (found == functions.end())
    return fail("expected a module with a function '{0}', got none", entry);
  return &found->second;
}

Executable *Session::executable(llvm::StringRef entry) {
  auto found = functions.find(entry.str());
  return found == functions.end() ? nullptr : found->second.run.get();
}

int64_t Session::steps(llvm::StringRef group) const {
  auto found = clocks.find(group.str());
  return found == clocks.end() ? 0 : found->second.updates;
}

/// Gives a value to every parameter and state that `function` is the first to name.
void Session::adopt(const Executable &function) {
  for (const TensorSpec &spec : function.arguments()) {
    if (spec.role == "parameter" && !values.count(spec.name)) {
      values[spec.name] =
          initialParameter(spec.name, spec.shape, options.initialization, options.seed);
      parameters[spec.name] = values[spec.name];
    } else if (spec.role == "state" && !values.count(spec.name)) {
      values[spec.name] = Tensor(spec.dtype, spec.shape);
    }
  }
}

int64_t Session::parameterCount() const {
  int64_t count = 0;
  for (const auto &[name, tensor] : parameters)
    count += tensor.numElements();
  return count;
}

/// The argument that a function of this session wants for `spec`.
llvm::Expected<Tensor> Session::argument(const TensorSpec &spec, const Inputs &inputs) const {
  if (spec.role == "parameter" || spec.role == "state")
    return values.at(spec.name);
  if (spec.role == "learning_rate")
    return Tensor::scalar(DType::F32, inputs.learningRate);
  if (spec.role == "step" || spec.role == "seed") {
    Tensor scalar(DType::I64, {});
    llvm::StringRef group = spec.name;
    int64_t step = group.consume_front("step.") ? steps(group) + 1 : inputs.step;
    *scalar.data<int64_t>() = spec.role == "step" ? step : static_cast<int64_t>(options.seed);
    return scalar;
  }
  const Tensor &given = isChoice(spec) ? inputs.choices.at(spec.name) : inputs.tokens;
  if (given.dtype() != spec.dtype || given.shape() != llvm::ArrayRef(spec.shape))
    return fail("expected {0} to be {1}, got {2}", spec.name, describe(spec.dtype, spec.shape),
                describe(given.dtype(), given.shape()));
  return given;
}

llvm::Error Session::run(Executable &function, llvm::StringRef name, const Inputs &inputs,
                         llvm::SmallVectorImpl<Tensor> &results) {
  if (llvm::Error error = checkChoices(function.arguments(), inputs.choices))
    return error;
  llvm::SmallVector<Tensor> arguments;
  for (const TensorSpec &spec : function.arguments()) {
    llvm::Expected<Tensor> tensor = argument(spec, inputs);
    if (!tensor)
      return tensor.takeError();
    arguments.push_back(std::move(*tensor));
  }
  RunOptions choices = runOptions;
  if (options.compiler.trace && tracedRuns[name]++ < kTracedRuns)
    choices.trace = options.compiler.trace;
  TraceScope whole(choices.trace, "@" + name, "run");
  return function.run(arguments, results, choices);
}

llvm::Expected<StepResult> Session::step(const Tensor &tokens, double learningRate,
                                         llvm::StringRef entry) {
  llvm::Expected<Function *> found = find(entry);
  if (!found)
    return found.takeError();
  Function &function = **found;
  if (function.groups.empty())
    return fail("expected a function that trains, got '{0}'", entry);
  // Batches of one update must differ in their random numbers, so a step counts batches.
  TrainingClock &clock = clocks[function.groups.front()];
  if (llvm::Error error =
          run(*function.run, entry, {tokens, learningRate, clock.batches + 1}, function.results))
    return std::move(error);
  for (const std::string &group : function.groups)
    ++clocks[group].batches;
  auto scalar = [&](llvm::StringRef name) {
    return scalarResult(*function.run, function.results, name);
  };
  StepResult result{scalar("loss"), scalar("balance"), scalar("index_loss"), scalar("grad_norm")};
  if (clock.batches % function.accumulate)
    return result;
  if (function.apply) {
    if (llvm::Error error = run(*function.apply, (entry + "_apply").str(),
                                {Tensor(), learningRate, clock.updates + 1}, function.applyResults))
      return std::move(error);
    result.gradNorm = scalarResult(*function.apply, function.applyResults, "grad_norm");
  }
  for (const std::string &group : function.groups)
    ++clocks[group].updates;
  return result;
}

llvm::Expected<NamedTensors> Session::call(llvm::StringRef entry, const Tensor &tokens,
                                           const NamedTensors &choices) {
  llvm::Expected<Function *> found = find(entry);
  if (!found)
    return found.takeError();
  Function &function = **found;
  if (!function.groups.empty())
    return fail("expected a function that does not train, got '{0}'", entry);
  if (llvm::Error error =
          run(*function.run, entry, {tokens, 0.0, steps() + 1, choices}, function.results))
    return std::move(error);
  NamedTensors results;
  for (auto [spec, tensor] : llvm::zip_equal(function.run->results(), function.results))
    results[spec.name] = tensor;
  return results;
}

llvm::Expected<EvaluateResult> Session::evaluate(const Tensor &tokens, const NamedTensors &choices,
                                                 llvm::StringRef entry) {
  llvm::Expected<NamedTensors> results = call(entry, tokens, choices);
  if (!results)
    return results.takeError();
  EvaluateResult result;
  const Function &function = functions.at(entry.str());
  result.choices = choicesAmong(function.run->results(), function.results);
  if (auto found = results->find("loss"); found != results->end())
    result.loss = found->second.at(0);
  result.tokenLoss = (*results)["token_loss"];
  result.prediction = (*results)["prediction"];
  return result;
}
