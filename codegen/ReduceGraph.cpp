// Shrinks the functions of a module as long as a script finds them interesting.
#include "codegen/Passes.h"

#include "dialect/Dialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Reducer/Tester.h"

namespace dsa {
#define GEN_PASS_DEF_REDUCEGRAPH
#include "codegen/Passes.h.inc"
} // namespace dsa

using namespace mlir;

namespace {

/// Makes the ops [first, last) of `func` unnecessary: what others read of them becomes an argument.
void cut(func::FuncOp func, size_t first, size_t last) {
  auto ops =
      llvm::map_to_vector(func.front().without_terminator(), [](Operation &op) { return &op; });
  for (Operation *op : llvm::reverse(llvm::ArrayRef(ops).slice(first, last - first))) {
    for (Value result : op->getResults()) {
      if (result.use_empty())
        continue;
      unsigned number = func.getNumArguments();
      if (succeeded(func.insertArgument(number, result.getType(), {}, op->getLoc())))
        result.replaceAllUsesWith(func.getArgument(number));
    }
    op->erase();
  }
}

/// Drops the results [first, last) of `func`.
void dropResults(func::FuncOp func, size_t first, size_t last) {
  BitVector dropped(func.getNumResults());
  dropped.set(first, last);
  if (succeeded(func.eraseResults(dropped)))
    func.front().getTerminator()->eraseOperands(dropped);
}

/// Drops those of the arguments [first, last) of `func` that nobody reads.
void dropArguments(func::FuncOp func, size_t first, size_t last) {
  BitVector dropped(func.getNumArguments());
  for (size_t number = first; number < last; ++number)
    if (func.getArgument(number).use_empty())
      dropped.set(number);
  (void)func.eraseArguments(dropped);
}

/// A way to make functions smaller: how many parts one has, and how to lose a range of them.
struct Step {
  size_t (*count)(func::FuncOp);
  void (*lose)(func::FuncOp, size_t first, size_t last);
};

constexpr Step kSteps[] = {
    {[](func::FuncOp func) { return size_t(func.getNumResults()); }, dropResults},
    {[](func::FuncOp func) { return func.front().getOperations().size() - 1; }, cut},
    {[](func::FuncOp func) { return size_t(func.getNumArguments()); }, dropArguments}};

struct ReduceGraph : dsa::impl::ReduceGraphBase<ReduceGraph> {
  using Base::Base;

  void runOnOperation() override {
    if (script.empty())
      return;
    std::vector<std::string> arguments;
    tester = Tester(script.getValue(), arguments);
    if (!interesting(getOperation())) {
      getOperation().emitError("expected '")
          << script.getValue() << "' to exit with 1 on the module as given";
      return signalPassFailure();
    }
    dropFunctions();
    for (size_t func = 0; func < functions(getOperation()).size(); ++func)
      for (const Step &step : kSteps)
        shrink(func, step);
  }

  bool interesting(ModuleOp module) {
    ++tried;
    return succeeded(verify(module)) &&
           tester.isInteresting(module).first == Tester::Interestingness::True;
  }

  static SmallVector<func::FuncOp> functions(ModuleOp module) {
    return llvm::to_vector(module.getOps<func::FuncOp>());
  }

  /// Changes a copy of the module, and the module itself where the copy is interesting still.
  bool attempt(llvm::function_ref<void(ModuleOp)> change) {
    OwningOpRef<ModuleOp> copy(getOperation().clone());
    change(*copy);
    ScopedDiagnosticHandler quiet(&getContext(), [](Diagnostic &) { return success(); });
    if (!interesting(*copy))
      return false;
    getOperation().getBodyRegion().takeBody(copy->getBodyRegion());
    return true;
  }

  void dropFunctions() {
    for (size_t number = functions(getOperation()).size(); number-- > 0;)
      removed += attempt([&](ModuleOp module) { functions(module)[number].erase(); });
  }

  /// Loses halves, then quarters, ... of what the function has, the last first: they are read
  /// least.
  void shrink(size_t number, const Step &step) {
    auto count = [&] {
      func::FuncOp func = functions(getOperation())[number];
      return func.isExternal() ? 0 : step.count(func);
    };
    for (size_t size = count(); size > 0; size /= 2)
      for (size_t end = count(); end > 0; end = std::min(end - std::min(size, end), count())) {
        size_t first = end - std::min(size, end);
        removed +=
            attempt([&](ModuleOp module) { step.lose(functions(module)[number], first, end); });
      }
  }

  Tester tester;
};

} // namespace
