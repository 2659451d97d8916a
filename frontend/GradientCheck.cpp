// Judges the gradients of a graph by central differences in double.
#include "frontend/GradientCheck.h"

#include "dialect/Dialect.h"
#include "frontend/Compiler.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace dsa;

static constexpr double kStep = 1e-5;
static constexpr double kRelative = 1e-5, kAbsolute = 1e-7;
static constexpr int64_t kSamples = 16;

/// Makes every float of `function` an f64, so that differences are exact enough to judge by.
static void widen(func::FuncOp function) {
  Type f64 = Float64Type::get(function.getContext());
  auto widened = [&](Type type) -> Type {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && isa<FloatType>(tensor.getElementType()))
      return tensor.clone(f64);
    return isa<FloatType>(type) ? f64 : type;
  };
  function.walk([&](Operation *op) {
    for (Value result : op->getResults())
      result.setType(widened(result.getType()));
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        argument.setType(widened(argument.getType()));
    auto constant = dyn_cast<arith::ConstantOp>(op);
    Attribute value = constant ? Attribute(constant.getValue()) : Attribute();
    if (auto number = dyn_cast_or_null<FloatAttr>(value))
      constant.setValueAttr(FloatAttr::get(f64, number.getValueAsDouble()));
    if (auto values = dyn_cast_or_null<DenseFPElementsAttr>(value))
      constant.setValueAttr(values.mapValues(f64, [](const APFloat &element) {
        return APFloat(element.convertToDouble()).bitcastToAPInt();
      }));
  });
  function.setType(FunctionType::get(function.getContext(),
                                     llvm::map_to_vector(function.getArgumentTypes(), widened),
                                     llvm::map_to_vector(function.getResultTypes(), widened)));
}

/// `function` in f64 on the reference, as `edit` leaves it.
static llvm::Expected<std::unique_ptr<Executable>>
compileWidened(func::FuncOp function, llvm::function_ref<void(func::FuncOp)> edit) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
  func::FuncOp copy = function.clone();
  module->push_back(copy);
  widen(copy);
  edit(copy);
  CompilerOptions options;
  options.target = "reference";
  return compile(*module, copy.getName(), options);
}

/// Makes `function` return the values behind its dsa.detach ops and nothing else.
static void returnGiven(func::FuncOp function) {
  SmallVector<Value> given;
  function.walk([&](DetachOp detach) { given.push_back(detach.getInput()); });
  function.front().getTerminator()->setOperands(given);
  function.setType(FunctionType::get(function.getContext(), function.getArgumentTypes(),
                                     TypeRange(ValueRange(given))));
  function.removeResAttrsAttr();
  function->removeAttr(kTrainAttr);
}

/// Makes `function` take the values behind its dsa.detach ops as further arguments.
static void takeGiven(func::FuncOp function) {
  function.walk([&](DetachOp detach) {
    unsigned number = function.getNumArguments();
    [[maybe_unused]] LogicalResult inserted =
        function.insertArgument(number, detach.getType(), DictionaryAttr(), function.getLoc());
    assert(succeeded(inserted) && "a function type takes any argument");
    detach.replaceAllUsesWith(function.getArgument(number));
  });
  function->removeAttr(kTrainAttr);
}

namespace {

/// The weighted sum of losses that a function minimises, as a function of its arguments. What a
/// dsa.detach hands on stays what it is at `arguments`: that is its derivative.
class Objective {
public:
  static llvm::Expected<Objective> create(func::FuncOp function, ArrayRef<Tensor> arguments) {
    Objective objective;
    auto probe = compileWidened(function, returnGiven);
    if (!probe)
      return probe.takeError();
    if (llvm::Error error = (*probe)->run(arguments, objective.given, {}))
      return std::move(error);
    for (unsigned number = 0; number < function.getNumResults(); ++number) {
      auto weight = function.getResultAttrOfType<FloatAttr>(number, kMinimizeAttr);
      objective.weights.push_back(weight ? weight.getValueAsDouble() : 0);
    }
    auto executable = compileWidened(function, takeGiven);
    if (!executable)
      return executable.takeError();
    objective.executable = std::move(*executable);
    return objective;
  }

  llvm::Expected<double> operator()(ArrayRef<Tensor> arguments) {
    SmallVector<Tensor> all(arguments), results;
    llvm::append_range(all, given);
    if (llvm::Error error = executable->run(all, results, {}))
      return error;
    double sum = 0;
    for (auto [weight, result] : llvm::zip_equal(weights, results))
      sum += weight == 0 ? 0 : weight * result.at(0);
    return sum;
  }

private:
  std::unique_ptr<Executable> executable;
  SmallVector<double> weights;
  SmallVector<Tensor> given;
};

/// What the samples of one parameter showed.
struct Verdict {
  int64_t samples = 0;
  double largest = 0; ///< magnitude of the finite differences
  double maxError = 0;
  bool agrees = true;
};

} // namespace

/// Compares `gradient` (absent: zero) with differences at evenly spread elements of argument
/// `number`.
static llvm::Expected<Verdict> judge(Objective &objective, SmallVector<Tensor> arguments,
                                     int64_t number, const std::optional<Tensor> &gradient) {
  Tensor parameter = arguments[number] = arguments[number].clone();
  Verdict verdict;
  verdict.samples = std::min(parameter.numElements(), kSamples);
  for (int64_t sample = 0; sample < verdict.samples; ++sample) {
    int64_t element = sample * parameter.numElements() / verdict.samples;
    double value = parameter.at(element), losses[2];
    for (int side = 0; side < 2; ++side) {
      parameter.set(element, value + (side ? kStep : -kStep));
      llvm::Expected<double> loss = objective(arguments);
      if (!loss)
        return loss.takeError();
      losses[side] = *loss;
    }
    parameter.set(element, value);
    double difference = (losses[1] - losses[0]) / (2 * kStep);
    double error = std::abs((gradient ? gradient->at(element) : 0) - difference);
    verdict.largest = std::max(verdict.largest, std::abs(difference));
    verdict.maxError = std::max(verdict.maxError, error);
    verdict.agrees &= error <= kAbsolute + kRelative * std::abs(difference);
  }
  return verdict;
}

/// The gradients by the name of their parameter.
static llvm::Expected<NamedTensors> gradientsOf(Executable &executable,
                                                ArrayRef<Tensor> arguments) {
  SmallVector<Tensor> results;
  if (llvm::Error error = executable.run(arguments, results, {}))
    return error;
  NamedTensors gradients;
  for (auto [spec, result] : llvm::zip_equal(executable.results(), results))
    if (StringRef name = spec.name; name.consume_front("grad."))
      gradients[name.str()] = result;
  return gradients;
}

/// Judges every parameter and prints the verdicts; returns how many are wrong.
static llvm::Expected<int64_t> judgeAll(Objective &objective, ArrayRef<TensorSpec> specs,
                                        ArrayRef<Tensor> arguments, const NamedTensors &gradients,
                                        llvm::raw_ostream &output) {
  int64_t wrong = 0;
  for (auto [number, spec] : llvm::enumerate(specs)) {
    if (spec.role != "parameter")
      continue;
    auto found = gradients.find(spec.name);
    auto gradient = found == gradients.end() ? std::nullopt : std::optional(found->second);
    auto verdict = judge(objective, SmallVector<Tensor>(arguments), number, gradient);
    if (!verdict)
      return verdict.takeError();
    output << llvm::formatv("grad.{0} {1}: {2}, max error {3:e1}, largest {4:e1} of {5} elements\n",
                            spec.name, describe(spec.dtype, spec.shape),
                            verdict->agrees ? "ok" : "WRONG", verdict->maxError, verdict->largest,
                            verdict->samples);
    wrong += !verdict->agrees;
  }
  return wrong;
}

llvm::Error dsa::checkGradients(func::FuncOp function, const NamedTensors &given, uint64_t seed,
                                llvm::raw_ostream &output) {
  std::string name = function.getName().str();
  if (!function->hasAttr(kTrainAttr))
    return llvm::createStringError("expected '%s' to have dsa.train, got a function without",
                                   name.c_str());
  Builder builder(function.getContext());
  auto train = builder.getDictionaryAttr(builder.getNamedAttr("gradients", builder.getUnitAttr()));
  auto executable =
      compileWidened(function, [&](func::FuncOp copy) { copy->setAttr(kTrainAttr, train); });
  if (!executable)
    return executable.takeError();
  auto arguments = makeArguments(name, (*executable)->arguments(), given, seed);
  if (!arguments)
    return arguments.takeError();
  auto objective = Objective::create(function, *arguments);
  if (!objective)
    return objective.takeError();
  auto gradients = gradientsOf(**executable, *arguments);
  if (!gradients)
    return gradients.takeError();
  output << '@' << name << '\n';
  auto wrong = judgeAll(*objective, (*executable)->arguments(), *arguments, *gradients, output);
  if (!wrong)
    return wrong.takeError();
  if (*wrong)
    return llvm::createStringError(
        "@%s: expected gradients equal to finite differences, got %lld that are not", name.c_str(),
        static_cast<long long>(*wrong));
  return llvm::Error::success();
}
