// Binding tensors to executables by role and name, and the two things a session runs.
#include "frontend/Session.h"

#include "dialect/Dialect.h"
#include "runtime/Trace.h"

#include "llvm/Support/FormatVariadic.h"

#include <chrono>

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
    : options(options), pool(threadCount(options.compiler)) {
  runOptions.pool = &pool;
}

/// Batches per update that the training step of `module` was annotated with.
static int64_t batchesPerUpdate(mlir::ModuleOp module) {
  mlir::Operation *step = module.lookupSymbol(kStepEntry);
  auto train = step ? step->getAttrOfType<mlir::DictionaryAttr>(kTrainAttr) : nullptr;
  auto accumulate = train ? train.getAs<mlir::IntegerAttr>("accumulate") : nullptr;
  return accumulate ? accumulate.getInt() : 1;
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
  session->accumulate = batchesPerUpdate(module);
  std::tuple<llvm::StringRef, bool, std::unique_ptr<Executable> *> functions[] = {
      {kStepEntry, module.lookupSymbol(kStepEntry), &session->stepFunction},
      {kApplyEntry, session->accumulate > 1, &session->applyFunction},
      {kEvaluateEntry, module.lookupSymbol(kEvaluateEntry), &session->evaluateFunction}};
  for (auto [entry, exists, function] : functions) {
    if (!exists)
      continue;
    auto begin = std::chrono::steady_clock::now();
    llvm::Expected<std::unique_ptr<Executable>> compiled = compile(module, entry, options.compiler);
    if (!compiled)
      return compiled.takeError();
    session->compiling += std::chrono::steady_clock::now() - begin;
    *function = std::move(*compiled);
    session->adopt(**function);
  }
  if (!session->stepFunction && !session->evaluateFunction)
    return fail("expected a module with a function '{0}' or '{1}', got neither", kStepEntry,
                kEvaluateEntry);
  return session;
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
    *scalar.data<int64_t>() =
        spec.role == "step" ? inputs.step : static_cast<int64_t>(options.seed);
    return scalar;
  }
  const Tensor &tokens = inputs.tokens;
  if (tokens.dtype() != spec.dtype || tokens.shape() != llvm::ArrayRef(spec.shape))
    return fail("expected {0} to be {1}, got {2}", spec.name, describe(spec.dtype, spec.shape),
                describe(tokens.dtype(), tokens.shape()));
  return tokens;
}

llvm::Error Session::run(Executable &function, llvm::StringRef name, const Inputs &inputs,
                         llvm::SmallVectorImpl<Tensor> &results) {
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

llvm::Expected<StepResult> Session::step(const Tensor &tokens, double learningRate) {
  if (!stepFunction)
    return fail("expected a module with a function '{0}', got none", kStepEntry);
  // Batches of one update must differ in their random numbers, so `step` counts batches.
  if (llvm::Error error =
          run(*stepFunction, kStepEntry, {tokens, learningRate, batchCount + 1}, stepResults))
    return std::move(error);
  ++batchCount;
  StepResult result{scalarResult(*stepFunction, stepResults, "loss"),
                    scalarResult(*stepFunction, stepResults, "balance"),
                    scalarResult(*stepFunction, stepResults, "grad_norm")};
  if (batchCount % accumulate)
    return result;
  if (applyFunction) {
    if (llvm::Error error =
            run(*applyFunction, kApplyEntry, {Tensor(), learningRate, stepCount + 1}, applyResults))
      return std::move(error);
    result.gradNorm = scalarResult(*applyFunction, applyResults, "grad_norm");
  }
  ++stepCount;
  return result;
}

llvm::Expected<EvaluateResult> Session::evaluate(const Tensor &tokens) {
  if (!evaluateFunction)
    return fail("expected a module with a function '{0}', got none", kEvaluateEntry);
  if (llvm::Error error =
          run(*evaluateFunction, kEvaluateEntry, {tokens, 0.0, stepCount + 1}, evaluateResults))
    return std::move(error);
  EvaluateResult result;
  result.loss = scalarResult(*evaluateFunction, evaluateResults, "loss");
  if (int64_t number = evaluateFunction->findResult("token_loss"); number >= 0)
    result.tokenLoss = evaluateResults[number];
  if (int64_t number = evaluateFunction->findResult("prediction"); number >= 0)
    result.prediction = evaluateResults[number];
  return result;
}
