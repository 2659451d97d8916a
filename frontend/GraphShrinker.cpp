// Shrinks a function on which something goes wrong, and writes what is left as a test.
#include "frontend/GraphShrinker.h"

#include "codegen/ReferenceInterpreter.h"
#include "codegen/Target.h"
#include "dialect/Dialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;
using namespace dsa;

static func::FuncOp functionOf(const FailingRun &run) {
  return ModuleOp(*run.module).lookupSymbol<func::FuncOp>(run.entry);
}

/// Ops without the terminator.
static size_t countOps(const FailingRun &run) {
  return functionOf(run).front().getOperations().size() - 1;
}

static FailingRun copyOf(const FailingRun &run) {
  return {ModuleOp(*run.module).clone(), run.entry, run.arguments, run.seed};
}

static bool updatesArguments(func::FuncOp function) {
  for (unsigned number = 0; number < function.getNumResults(); ++number)
    if (function.getResultAttr(number, kUpdatesAttr))
      return true;
  return false;
}

/// Erases ops and arguments that no result needs; an updated argument is known by its number, so
/// where there is one all stay.
static void eraseUnused(FailingRun &run) {
  func::FuncOp function = functionOf(run);
  for (Operation *op = function.front().getTerminator()->getPrevNode(); op;) {
    Operation *previous = op->getPrevNode();
    if (op->use_empty())
      op->erase();
    op = previous;
  }
  if (updatesArguments(function))
    return;
  for (unsigned number = function.getNumArguments(); number-- > 0;)
    if (function.getArgument(number).use_empty()) {
      (void)function.eraseArgument(number);
      run.arguments.erase(run.arguments.begin() + number);
    }
}

/// Without its updates a function may lose any argument.
static FailingRun withoutUpdates(const FailingRun &run) {
  FailingRun smaller = copyOf(run);
  func::FuncOp function = functionOf(smaller);
  for (unsigned number = 0; number < function.getNumResults(); ++number)
    function.removeResultAttr(number, StringAttr::get(function.getContext(), kUpdatesAttr));
  eraseUnused(smaller);
  return smaller;
}

static FailingRun withoutResult(const FailingRun &run, unsigned number) {
  FailingRun smaller = copyOf(run);
  func::FuncOp function = functionOf(smaller);
  (void)function.eraseResult(number);
  function.front().getTerminator()->eraseOperand(number);
  eraseUnused(smaller);
  return smaller;
}

/// `run` as far as op `number`, whose results it returns.
static FailingRun endingAt(const FailingRun &run, unsigned number) {
  FailingRun smaller = copyOf(run);
  func::FuncOp function = functionOf(smaller);
  Operation &op = *std::next(function.front().begin(), number);
  function.removeResAttrsAttr();
  function.front().getTerminator()->setOperands(op.getResults());
  function.setFunctionType(FunctionType::get(function.getContext(), function.getArgumentTypes(),
                                             TypeRange(op.getResults())));
  eraseUnused(smaller);
  return smaller;
}

/// `run` with arguments in place of the results of op `number`, whose values are `values`.
static FailingRun withoutOp(const FailingRun &run, unsigned number, ArrayRef<Tensor> values) {
  FailingRun smaller = copyOf(run);
  func::FuncOp function = functionOf(smaller);
  Operation &op = *std::next(function.front().begin(), number);
  for (auto [result, value] : llvm::zip_equal(op.getResults(), values)) {
    unsigned last = function.getNumArguments();
    (void)function.insertArgument(last, result.getType(), DictionaryAttr(), op.getLoc());
    result.replaceAllUsesWith(function.getArgument(last));
    smaller.arguments.push_back(value);
  }
  eraseUnused(smaller);
  return smaller;
}

/// The results of every op by the reference, in their declared types; empty if it refuses one.
static std::vector<SmallVector<Tensor>> valuesOf(const FailingRun &run) {
  func::FuncOp function = functionOf(run);
  llvm::DenseMap<Value, Tensor> doubles;
  auto inDoubles = [](const Tensor &tensor) {
    return isFloat(tensor.dtype()) ? tensor.to(DType::F64) : tensor;
  };
  for (auto [argument, tensor] : llvm::zip_equal(function.getArguments(), run.arguments))
    doubles[argument] = inDoubles(tensor);
  std::vector<SmallVector<Tensor>> values;
  for (Operation &op : function.front().without_terminator()) {
    auto operands = llvm::map_to_vector(
        op.getOperands(), [&](Value operand) { return doubles.find(operand)->second; });
    auto results = interpret(op, operands);
    if (!results) {
      llvm::consumeError(results.takeError());
      return {};
    }
    SmallVector<Tensor> &declared = values.emplace_back();
    for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results)) {
      declared.push_back(isFloat(tensor.dtype()) ? tensor.to(DType::F32) : tensor);
      doubles[value] = inDoubles(declared.back());
    }
  }
  return values;
}

void dsa::shrink(FailingRun &run, llvm::function_ref<bool(const FailingRun &)> fails) {
  bool changed = false;
  auto attempt = [&](FailingRun smaller) {
    if (!fails(smaller))
      return false;
    run = std::move(smaller);
    return changed = true;
  };
  attempt(withoutUpdates(run));
  do {
    changed = false;
    for (unsigned number = functionOf(run).getNumResults(); number-- > 0;)
      if (functionOf(run).getNumResults() > 1)
        attempt(withoutResult(run, number));
    for (unsigned number = 0; number + 1 < countOps(run); ++number)
      if (attempt(endingAt(run, number)))
        break;
    // From the end: a cut erases what only the op has read, and numbers before it stay.
    std::vector<SmallVector<Tensor>> values = valuesOf(run);
    for (unsigned number = values.size(); number-- > 0;) {
      if (number >= countOps(run))
        continue;
      Operation &op = *std::next(functionOf(run).front().begin(), number);
      if (!isa<arith::ConstantOp>(op) && attempt(withoutOp(run, number, values[number])))
        values = valuesOf(run);
    }
  } while (changed);
}

FailingRun dsa::withConstants(const FailingRun &run) {
  FailingRun constant = copyOf(run);
  func::FuncOp function = functionOf(constant);
  if (updatesArguments(function))
    return constant;
  OpBuilder builder(&function.front(), function.front().begin());
  for (auto [argument, tensor] : llvm::zip_equal(function.getArguments(), run.arguments)) {
    ArrayRef<char> bytes(static_cast<const char *>(tensor.data()), tensor.bytes());
    auto value = DenseElementsAttr::getFromRawBuffer(cast<ShapedType>(argument.getType()), bytes);
    argument.replaceAllUsesWith(arith::ConstantOp::create(builder, function.getLoc(), value));
  }
  eraseUnused(constant);
  return constant;
}
