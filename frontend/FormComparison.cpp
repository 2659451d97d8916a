// Judges every form in which a function can run: each op by the reference, the other forms bit by
// bit.
#include "frontend/FormComparison.h"

#include "codegen/ReferenceInterpreter.h"
#include "dialect/Dialect.h"
#include "runtime/Compare.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace dsa;

static constexpr int kThreads = 3; // more than divide most grids evenly

static SmallVector<Tensor> cloned(ArrayRef<Tensor> tensors) {
  return llvm::map_to_vector(tensors, [](const Tensor &tensor) { return tensor.clone(); });
}

/// Appends every value of `function` that no result shows yet to its results.
static void showAllValues(func::FuncOp function) {
  Operation *end = function.front().getTerminator();
  SmallVector<Value> shown(end->getOperands());
  for (Operation &op : function.front().without_terminator())
    if (isa<DsaDialect>(op.getDialect()))
      for (Value value : op.getResults())
        if (!llvm::is_contained(shown, value))
          shown.push_back(value);
  end->setOperands(shown);
  for (unsigned number = function.getNumResults(); number < shown.size(); ++number)
    (void)function.insertResult(number, shown[number].getType(), DictionaryAttr());
}

/// Whether the op moves or selects elements and never rounds one.
static bool isExact(Operation &op) {
  return isa<EmbeddingOp, FillFutureOp, TopKOp, GatherOp, DispatchOp, ArgmaxOp, RandomKeyOp>(op);
}

/// The largest finite magnitude among `tensors`, at least 1: what rounding inside an op is relative
/// to.
static double magnitudeOf(ArrayRef<Tensor> tensors) {
  double largest = 1;
  for (const Tensor &tensor : tensors)
    for (int64_t i = 0; isFloat(tensor.dtype()) && i < tensor.numElements(); ++i)
      if (double value = std::fabs(tensor.at(i)); std::isfinite(value))
        largest = std::max(largest, value);
  return largest;
}

namespace {

/// The values of a run of the unfused form, and the judgement of its ops.
class UnfusedRun {
public:
  /// `function` shows all its values; `results` are those of its run on `arguments`.
  UnfusedRun(func::FuncOp function, ArrayRef<Tensor> arguments, ArrayRef<Tensor> results);

  /// Judges the ops in their order.
  llvm::Error judge();

private:
  llvm::Error judge(Operation &op, unsigned number);

  func::FuncOp function;
  llvm::DenseMap<Value, Tensor> values;
};

} // namespace

UnfusedRun::UnfusedRun(func::FuncOp function, ArrayRef<Tensor> arguments, ArrayRef<Tensor> results)
    : function(function) {
  Operation *end = function.front().getTerminator();
  for (auto [value, result] : llvm::zip_equal(end->getOperands(), results))
    values[value] = result;
  for (auto [value, argument] : llvm::zip_equal(function.getArguments(), arguments))
    values[value] = argument;
}

llvm::Error UnfusedRun::judge(Operation &op, unsigned number) {
  auto operands = llvm::map_to_vector(op.getOperands(), [&](Value operand) {
    const Tensor &tensor = values.find(operand)->second;
    return isFloat(tensor.dtype()) ? tensor.to(DType::F64) : tensor;
  });
  auto expected = interpret(op, operands);
  if (!expected)
    return expected.takeError();
  for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *expected)) {
    auto [got, isNew] = values.try_emplace(value, tensor);
    if (isNew)
      continue;
    Tolerance tolerance = isExact(op) ? Tolerance() : toleranceOf(got->second.dtype());
    double magnitude = std::max(magnitudeOf(operands), magnitudeOf(tensor));
    auto name =
        llvm::formatv("op {0}, {1}, result {2}", number, op.getName(), value.getResultNumber());
    if (auto error = expectClose(name.str(), got->second, tensor,
                                 {tolerance.absolute * magnitude, tolerance.relative}))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error UnfusedRun::judge() {
  for (auto [number, op] : llvm::enumerate(function.front().without_terminator()))
    if (llvm::Error error = judge(op, number))
      return error;
  return llvm::Error::success();
}

/// Success if both hold the same bits.
static llvm::Error expectSameBits(StringRef form, ArrayRef<TensorSpec> specs,
                                  ArrayRef<Tensor> results, ArrayRef<Tensor> expected) {
  for (auto [spec, result, wanted] : llvm::zip_first(specs, results, expected)) {
    if (!std::memcmp(result.data(), wanted.data(), result.bytes()))
      continue;
    if (llvm::Error error = expectClose(spec.name, result, wanted, {}))
      return llvm::createStringError(form + ": " + llvm::toString(std::move(error)));
    return llvm::createStringError(form + ": " + spec.name +
                                   ": expected the bits of the unfused form, got others of equal "
                                   "value");
  }
  return llvm::Error::success();
}

/// The bits of a plan on one thread and on several.
static llvm::Error comparePlan(ModuleOp module, StringRef entry, ArrayRef<Tensor> arguments,
                               const CompilerOptions &options, StringRef form,
                               ArrayRef<Tensor> expected) {
  auto executable = compile(module, entry, options);
  if (!executable)
    return executable.takeError();
  ThreadPool alone(1), several(kThreads);
  std::pair<std::string, ThreadPool *> runs[] = {{form.str(), &alone},
                                                 {(form + ", three threads").str(), &several}};
  for (const auto &[name, pool] : runs) {
    SmallVector<Tensor> results;
    if (auto error = (*executable)->run(cloned(arguments), results, {pool}))
      return error;
    if (auto error = expectSameBits(name, (*executable)->results(), results, expected))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error dsa::compareForms(ModuleOp module, StringRef entry, ArrayRef<Tensor> arguments,
                              CompilerOptions options) {
  OwningOpRef<ModuleOp> unfused(module.clone());
  auto function = unfused->lookupSymbol<func::FuncOp>(entry);
  showAllValues(function);
  options.plan.fuse = false;
  auto executable = compile(*unfused, entry, options);
  if (!executable)
    return executable.takeError();
  SmallVector<Tensor> expected;
  if (auto error = (*executable)->run(cloned(arguments), expected, {}))
    return error;
  if (auto error = UnfusedRun(function, arguments, expected).judge())
    return error;

  // Besides what the compiler chooses, one of the plans between that and the unfused form.
  bool isEven = llvm::range_size(function.getOps()) % 2 == 0;
  std::pair<StringRef, PlanOptions> plans[] = {
      {"fused", {}},
      isEven ? std::pair<StringRef, PlanOptions>{"epilogues only", PlanOptions::epiloguesOnly()}
             : std::pair<StringRef, PlanOptions>{"folds only", PlanOptions::foldsOnly()}};
  for (auto &[form, plan] : plans) {
    options.plan = plan;
    if (auto error = comparePlan(module, entry, arguments, options, form, expected))
      return error;
  }
  return llvm::Error::success();
}
